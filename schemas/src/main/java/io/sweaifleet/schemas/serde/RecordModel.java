package io.sweaifleet.schemas.serde;

import java.util.ArrayList;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * Makes generated records with plain lists in them.
 *
 * <p>Avro's own list compares its elements by a model that knows no logical types: two records that hold lists of records
 * with nullable times cannot be compared, {@code equals} throws. Avro's faster reader always makes such lists, so it is
 * switched off; reading stays far faster than any topic is.
 */
final class RecordModel extends SpecificData {

    private RecordModel(ClassLoader classLoader) {
        super(classLoader);
    }

    static RecordModel of(Class<? extends SpecificRecord> type) {
        RecordModel model = new RecordModel(type.getClassLoader());
        SpecificData.getForClass(type).getConversions().forEach(model::addLogicalTypeConversion);
        model.setFastReaderEnabled(false);
        return model;
    }

    @Override
    public Object newArray(Object old, int size, Schema schema) {
        // Records are never read into old ones, so there is no list to use again.
        return new ArrayList<>(size);
    }
}
