package io.sweaifleet.deploy.tests;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * Replaces classes of a process by broken ones: a Java agent in a jar that holds them, written by a test. Nothing of it is in what
 * users run.
 */
final class Mutants {

    private static final String FOLDER = "mutants/";

    private Mutants() {}

    /** Called by the JVM before the program's own {@code main}. */
    public static void premain(String arguments, Instrumentation instrumentation) {
        instrumentation.addTransformer(new ClassFileTransformer() {
            @Override
            public byte @Nullable [] transform(
                    @Nullable ClassLoader loader,
                    String name,
                    @Nullable Class<?> redefined,
                    @Nullable ProtectionDomain domain,
                    byte[] bytes) {
                try (InputStream mutant = Mutants.class.getResourceAsStream("/" + FOLDER + name + ".class")) {
                    if (mutant == null) {
                        return null;
                    }
                    System.out.println("a mutant takes the place of " + name);
                    return mutant.readAllBytes();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
    }

    /**
     * Writes the agent's jar.
     *
     * @param classes broken classes by their names
     */
    static Path jar(Path file, Map<String, byte[]> classes) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", Mutants.class.getName());
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            for (String own : new String[] {Mutants.class.getName(), Mutants.class.getName() + "$1"}) {
                String name = own.replace('.', '/') + ".class";
                try (InputStream code = Mutants.class.getResourceAsStream("/" + name)) {
                    put(jar, name, code.readAllBytes());
                }
            }
            for (Map.Entry<String, byte[]> mutant : classes.entrySet()) {
                put(jar, FOLDER + mutant.getKey().replace('.', '/') + ".class", mutant.getValue());
            }
        }
        return file;
    }

    private static void put(JarOutputStream jar, String name, byte[] bytes) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        jar.write(bytes);
    }
}
