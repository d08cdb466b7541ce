package io.sweaifleet.schemas.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** Makes a TLS context of key and trust stores. */
final class TlsContext {

    private TlsContext() {}

    /**
     * The context; what is not given is the JVM's own.
     *
     * @throws ConfigException when a store cannot be read or opened
     */
    static SSLContext of(RegistryConfig.Tls tls) {
        try {
            KeyManager @Nullable [] keys = null;
            if (tls.keyStore() != null) {
                KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                String password = tls.keyPassword() != null ? tls.keyPassword() : tls.keyStorePassword();
                factory.init(
                        load("keystore", tls.keyStore(), tls.keyStoreType(), tls.keyStorePassword()), chars(password));
                keys = factory.getKeyManagers();
            }
            TrustManager @Nullable [] trust = null;
            if (tls.trustStore() != null) {
                TrustManagerFactory factory =
                        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                factory.init(load("truststore", tls.trustStore(), tls.trustStoreType(), tls.trustStorePassword()));
                trust = factory.getTrustManagers();
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new ConfigException("The TLS settings " + RegistryConfig.TLS_PREFIX + "ssl.* cannot be used: " + e);
        }
    }

    private static KeyStore load(String what, String path, String type, @Nullable String password)
            throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(type);
        try (InputStream in = Files.newInputStream(Path.of(path))) {
            store.load(in, chars(password));
        } catch (IOException e) {
            throw new ConfigException(
                    RegistryConfig.TLS_PREFIX + "ssl." + what + ".location",
                    path,
                    "cannot be opened as " + type + " (" + e + "); check the path, the type and the password");
        }
        return store;
    }

    private static char @Nullable [] chars(@Nullable String password) {
        return password == null ? null : password.toCharArray();
    }
}
