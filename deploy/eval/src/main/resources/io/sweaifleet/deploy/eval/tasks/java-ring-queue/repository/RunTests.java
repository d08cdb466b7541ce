import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Compiles src and test and runs every method of the classes *Test whose name begins with "should": java RunTests.java */
public class RunTests {
    public static void main(String[] args) throws Exception {
        Path out = Files.createTempDirectory("classes");
        List<String> words = new ArrayList<>(List.of("-d", out.toString()));
        List<String> tests = new ArrayList<>();
        for (String folder : List.of("src", "test")) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                files.filter(file -> file.toString().endsWith(".java")).sorted().forEach(file -> {
                    words.add(file.toString());
                    String name = file.getFileName().toString().replace(".java", "");
                    if (folder.equals("test") && name.endsWith("Test")) {
                        tests.add(name);
                    }
                });
            }
        }
        if (ToolProvider.getSystemJavaCompiler().run(null, null, null, words.toArray(new String[0])) != 0) {
            System.exit(2);
        }
        int run = 0;
        int failed = 0;
        try (URLClassLoader loader = new URLClassLoader(new URL[] {out.toUri().toURL()})) {
            for (String test : tests) {
                Class<?> type = loader.loadClass(test);
                for (Method method : Stream.of(type.getDeclaredMethods()).sorted((a, b) -> a.getName().compareTo(b.getName())).toList()) {
                    if (method.getName().startsWith("should")) {
                        run++;
                        try {
                            method.setAccessible(true);
                            method.invoke(type.getDeclaredConstructor().newInstance());
                        } catch (InvocationTargetException e) {
                            failed++;
                            System.out.println("FAILED " + test + "." + method.getName() + ": " + e.getCause());
                        }
                    }
                }
            }
        }
        try (Stream<Path> files = Files.walk(out)) {
            files.sorted((a, b) -> b.compareTo(a)).map(Path::toFile).forEach(File::delete);
        }
        System.out.println("Tests run: " + run + ", Failures: " + failed + ", Errors: 0, Skipped: 0");
        System.exit(failed == 0 ? 0 : 1);
    }
}
