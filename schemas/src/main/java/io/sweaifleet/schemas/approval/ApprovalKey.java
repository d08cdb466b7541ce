package io.sweaifleet.schemas.approval;

import io.sweaifleet.schemas.config.FleetSettings;
import io.sweaifleet.schemas.config.SettingException;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.workflow.Approval;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The operator's key: what it has signed (HMAC-SHA256, RFC 2104) counts as an answer to what a running agent asks. Nothing
 * that an agent runs can read it, so no agent can answer itself.
 */
public final class ApprovalKey {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 32;
    private static final Set<PosixFilePermission> OWNER =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final byte[] key;

    private ApprovalKey(byte[] key) {
        this.key = key;
    }

    /**
     * The key in the file that the settings name; empty when there is no such file.
     *
     * @throws SettingException when the file cannot be used
     */
    public static Optional<ApprovalKey> in(Settings settings) {
        return in(settings.get(FleetSettings.APPROVAL_KEY));
    }

    /**
     * The key in a file; empty when there is none.
     *
     * @throws SettingException when the file can be read by others than its owner, or holds no key
     */
    public static Optional<ApprovalKey> in(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            if (!OWNER.containsAll(Files.getPosixFilePermissions(file))) {
                throw new SettingException(
                        FleetSettings.APPROVAL_KEY.name(),
                        "The key in " + file
                                + " can be read by others than its owner. Remove it and restart the node: a"
                                + " new one is made.");
            }
            byte[] key = HexFormat.of().parseHex(Files.readString(file).strip());
            if (key.length < BYTES) {
                throw new IllegalArgumentException("too short");
            }
            return Optional.of(new ApprovalKey(key));
        } catch (IOException | IllegalArgumentException e) {
            throw new SettingException(
                    FleetSettings.APPROVAL_KEY.name(),
                    "The file " + file + " holds no key of " + BYTES + " bytes in hexadecimal (" + e
                            + "). Remove it and" + " restart the node: a new one is made.");
        }
    }

    /** Makes a key in a file that only its owner may read, unless there is one. */
    public static void ensure(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] random = new byte[BYTES];
            new SecureRandom().nextBytes(random);
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(fresh, HexFormat.of().formatHex(random));
            Files.move(fresh, file);
        }
    }

    /** The signature of an answer, which has its id. */
    public String sign(Approval approval) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return HexFormat.of().formatHex(mac.doFinal(bytes(approval)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    /** Whether the answer carries this key's signature. */
    public boolean hasSigned(Approval approval) {
        String signature = approval.getSignature();
        return signature != null
                && approval.getId() != null
                && MessageDigest.isEqual(
                        sign(approval).getBytes(StandardCharsets.US_ASCII),
                        signature.getBytes(StandardCharsets.US_ASCII));
    }

    /** Every part with its length, so that no two answers have the same bytes. */
    private static byte[] bytes(Approval approval) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (String part : new String[] {
                approval.getPool(),
                approval.getTaskId(),
                approval.getRequest(),
                approval.getVerdict().name(),
                approval.getBy(),
                approval.getComment(),
                approval.getId()
            }) {
                byte[] text = (part == null ? "" : part).getBytes(StandardCharsets.UTF_8);
                out.writeInt(text.length);
                out.write(text);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
