package io.sweaifleet.agent.sandbox.container;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;

/** What a folder held at one moment: each file, link and folder by relative path, with what tells that it changed. */
public record FolderState(Map<String, String> entries) {

    /** The state of an empty folder. */
    public static final FolderState EMPTY = new FolderState(Map.of());

    /** Looks at a folder, without following links. */
    public static FolderState of(Path folder) throws IOException {
        Map<String, String> entries = new TreeMap<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                if (!directory.equals(folder)) {
                    entries.put(folder.relativize(directory).toString(), "folder");
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Object mode = Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
                Object changed = Files.getAttribute(file, "unix:ctime", LinkOption.NOFOLLOW_LINKS);
                entries.put(folder.relativize(file).toString(), attributes.size() + " " + mode + " " + changed);
                return FileVisitResult.CONTINUE;
            }
        });
        return new FolderState(entries);
    }
}
