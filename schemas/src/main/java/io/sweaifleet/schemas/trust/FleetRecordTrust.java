package io.sweaifleet.schemas.trust;

import org.apache.avro.Conversion;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * Tells Avro that the generated classes may be loaded by the names in their schemas, in every JVM that has them on its
 * class path.
 *
 * <p>Since 1.12.1 Avro refuses classes that nobody trusts, even when a generated builder takes an enum's default. The
 * documented ways are a system property, which every user of this jar would have to know, or a call before the first
 * record. Avro loads conversions by {@link java.util.ServiceLoader} whenever it makes a data model, which every generated
 * class does before it can be used: so a conversion that converts nothing is the one place where the call always comes
 * in time. What else is trusted stays as it is.
 */
public final class FleetRecordTrust extends Conversion<FleetRecordTrust> {

    private static final String TRUSTED = "io.sweaifleet.schemas.";

    static {
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                ClassSecurityValidator.getGlobal(), type -> type.getName().startsWith(TRUSTED)));
    }

    @Override
    public Class<FleetRecordTrust> getConvertedType() {
        return FleetRecordTrust.class;
    }

    /** Of no schema: nothing is ever converted. */
    @Override
    public String getLogicalTypeName() {
        return "fleet-record-trust";
    }
}
