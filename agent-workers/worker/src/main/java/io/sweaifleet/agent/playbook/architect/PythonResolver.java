package io.sweaifleet.agent.playbook.architect;

import io.sweaifleet.agent.playbook.support.Texts;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the files that Python imports name. Relative imports go by the tree; absolute ones are looked up in the directory that the
 * file's own top package lies in (its own directory for a script), in the directories above it, and then in every place of the
 * repository that is known to be a root of packages (a project's directory and its {@code src}, the parent of a top package).
 */
final class PythonResolver {

    private static final List<String> PROJECT_FILES = List.of("pyproject.toml", "setup.py", "setup.cfg");

    private final Set<String> files = new HashSet<>();
    private final Set<String> directories = new HashSet<>();
    private final Set<String> roots = new TreeSet<>();

    /**
     * @param sources every Python file
     * @param all every file of the repository
     */
    PythonResolver(List<SourceFile> sources, Collection<String> all) {
        for (SourceFile source : sources) {
            files.add(source.path());
            for (String directory = Texts.directory(source.path());
                    !directory.isEmpty() && directories.add(directory);
                    directory = Texts.directory(directory)) {
                // Every directory above a Python file may be a package.
            }
        }
        roots.add("");
        for (String path : all) {
            if (PROJECT_FILES.contains(Texts.name(path))) {
                roots.add(Texts.directory(path));
                roots.add(Texts.join(Texts.directory(path), "src"));
            }
        }
        for (SourceFile source : sources) {
            if (Texts.name(source.path()).equals("__init__.py")) {
                roots.add(packageRoot(source.path()));
            }
        }
    }

    void resolve(SourceFile file, Imports sink) {
        PythonSource source = (PythonSource) file.parsed();
        for (PythonSource.Import declared : source.imports()) {
            if (declared.level() > 0) {
                relative(file, declared, sink);
            } else {
                absolute(file, declared, sink);
            }
        }
    }

    /** The dotted name of the package that a file is in, or empty when its directory is no regular package. */
    Optional<String> packageOf(String path) {
        String directory = Texts.directory(path);
        if (!isPackage(directory)) {
            return Optional.empty();
        }
        String root = packageRoot(path);
        String inside = root.isEmpty() ? directory : directory.substring(root.length() + 1);
        return Optional.of(inside.replace('/', '.'));
    }

    private void relative(SourceFile file, PythonSource.Import declared, Imports sink) {
        String base = Texts.directory(file.path());
        for (int i = 1; i < declared.level(); i++) {
            if (base.isEmpty()) {
                sink.missing(written(declared), declared.line());
                return;
            }
            base = Texts.directory(base);
        }
        Optional<String> target = find(base, declared);
        if (target.isPresent()) {
            inside(file, declared, target.get(), sink);
        } else {
            sink.missing(written(declared), declared.line());
        }
    }

    private void absolute(SourceFile file, PythonSource.Import declared, Imports sink) {
        for (String root : rootsFor(file.path())) {
            Optional<String> target = find(root, declared);
            if (target.isPresent()) {
                inside(file, declared, target.get(), sink);
                return;
            }
        }
        int dot = declared.module().indexOf('.');
        sink.outside(dot < 0 ? declared.module() : declared.module().substring(0, dot));
    }

    private static void inside(SourceFile file, PythonSource.Import declared, String target, Imports sink) {
        if (!target.equals(file.path())) {
            sink.inside(target, declared.typeOnly(), declared.line());
        }
    }

    private Set<String> rootsFor(String path) {
        Set<String> ordered = new LinkedHashSet<>();
        ordered.add(packageRoot(path));
        for (String above = Texts.directory(path); !above.isEmpty(); above = Texts.directory(above)) {
            // A directory inside a package is no root: there, "import json" means the library and not a sibling.
            if (!isPackage(above)) {
                ordered.add(above);
            }
        }
        ordered.addAll(roots);
        return ordered;
    }

    /** The file that an import names below a directory: the deepest module or package that exists. */
    private Optional<String> find(String base, PythonSource.Import declared) {
        String at = base;
        String deepest = null;
        String[] parts =
                declared.module().isEmpty() ? new String[0] : declared.module().split("\\.");
        for (int i = 0; i < parts.length; i++) {
            String next = Texts.join(at, parts[i]);
            String module = moduleFile(next);
            if (module != null && !directories.contains(next)) {
                return Optional.of(module);
            }
            if (!directories.contains(next)) {
                // import a.b.c, where c is a name that a/b/__init__.py brings in; a namespace package cannot.
                return i > 0 ? Optional.ofNullable(deepest) : Optional.empty();
            }
            deepest = isPackage(next) ? next + "/__init__.py" : module;
            at = next;
        }
        if (!declared.name().isEmpty() && !declared.name().equals("*")) {
            String member = Texts.join(at, declared.name());
            String module = moduleFile(member);
            if (module != null) {
                return Optional.of(module);
            }
            if (isPackage(member)) {
                return Optional.of(member + "/__init__.py");
            }
        }
        if (parts.length == 0 && isPackage(at)) {
            return Optional.of(Texts.join(at, "__init__.py"));
        }
        return Optional.ofNullable(deepest);
    }

    private @Nullable String moduleFile(String withoutExtension) {
        for (String extension : List.of(".py", ".pyi", ".pyw")) {
            if (files.contains(withoutExtension + extension)) {
                return withoutExtension + extension;
            }
        }
        return null;
    }

    private boolean isPackage(String directory) {
        return !directory.isEmpty() && files.contains(directory + "/__init__.py");
    }

    /** The directory that the top package of a file lies in; its own directory when it is in none. */
    private String packageRoot(String path) {
        String directory = Texts.directory(path);
        while (isPackage(directory)) {
            directory = Texts.directory(directory);
        }
        return directory;
    }

    private static String written(PythonSource.Import declared) {
        String name = declared.name().isEmpty() ? "" : " import " + declared.name();
        return ".".repeat(declared.level()) + declared.module() + name;
    }
}
