package io.sweaifleet.schemas.audit;

import io.sweaifleet.schemas.record.AuditCheckpoint;
import io.sweaifleet.schemas.record.AuditEvent;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;

/** Ed25519 keys (RFC 8032) of those who sign chains of audit events, and their signatures. */
public final class AuditKeys {

    private static final String ALGORITHM = "Ed25519";
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private AuditKeys() {}

    /** A new pair of keys. */
    public static KeyPair generate() {
        try {
            return KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    /** A private key as a PEM file's text (PKCS #8). */
    public static String pem(PrivateKey key) {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    /** A public key as a PEM file's text (X.509 SubjectPublicKeyInfo). */
    public static String pem(PublicKey key) {
        return pem("PUBLIC KEY", key.getEncoded());
    }

    /** A public key as it stands in a checkpoint. */
    public static String text(PublicKey key) {
        return Base64.getEncoder().encodeToString(key.getEncoded());
    }

    /** What tells a key from others at a glance: {@code SHA256:} and the first 32 hexadecimal digits of its hash. */
    public static String fingerprint(String publicKey) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(publicKey.getBytes(StandardCharsets.US_ASCII));
            return "SHA256:" + HexFormat.of().formatHex(hash, 0, 16);
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    /**
     * The private key in a PEM file's text.
     *
     * @throws IllegalArgumentException when it holds no Ed25519 key
     */
    public static PrivateKey privateKey(String pem) {
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(bytes(pem)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("it holds no Ed25519 private key in PEM (PKCS #8)", e);
        }
    }

    /**
     * The public key in a PEM file's text, or bare in Base64.
     *
     * @throws IllegalArgumentException when it holds no Ed25519 key
     */
    public static PublicKey publicKey(String text) {
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(bytes(text)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("it holds no Ed25519 public key in PEM (X.509)", e);
        }
    }

    /** The event, whose checkpoint names the key, with its signature; it has yet to be hashed. */
    public static AuditEvent sign(AuditEvent unsigned, AuditCheckpoint checkpoint, PrivateKey key) {
        AuditEvent event = AuditChain.withCheckpoint(unsigned, checkpoint);
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(signedBytes(event, checkpoint));
            return AuditChain.withCheckpoint(
                    event, with(checkpoint, Base64.getEncoder().encodeToString(signature.sign())));
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    /** Whether the event's checkpoint was signed with the key that it names. */
    public static boolean isSigned(AuditEvent event) {
        AuditCheckpoint checkpoint = event.getCheckpoint();
        if (checkpoint == null) {
            return false;
        }
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(publicKey(checkpoint.getPublicKey()));
            signature.update(signedBytes(event, checkpoint));
            return signature.verify(Base64.getDecoder().decode(checkpoint.getSignature()));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false; // Whatever is wrong with key or signature, nothing is proven by it.
        }
    }

    private static byte[] signedBytes(AuditEvent event, AuditCheckpoint checkpoint) {
        return AuditChain.hash(AuditChain.withCheckpoint(event, with(checkpoint, "")))
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static AuditCheckpoint with(AuditCheckpoint checkpoint, String signature) {
        return new AuditCheckpoint(
                checkpoint.getPublicKey(), checkpoint.getHeads(), checkpoint.getClosing(), signature);
    }

    private static String pem(String kind, byte[] der) {
        return "-----BEGIN " + kind + "-----\n" + LINES.encodeToString(der) + "\n-----END " + kind + "-----\n";
    }

    private static byte[] bytes(String pem) {
        return Base64.getDecoder()
                .decode(pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", ""));
    }

    private static IllegalStateException missing(GeneralSecurityException e) {
        return new IllegalStateException("every Java platform since 15 has Ed25519 and SHA-256", e);
    }
}
