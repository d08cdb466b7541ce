package io.sweaifleet.agent.sandbox.container;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/**
 * Moves folders into a container and back as tar archives. What comes back was written by code that may be hostile: it is
 * unpacked only below its folder, through no link, without special files and without rights that a plain file has not.
 */
public final class Archives {

    private Archives() {}

    /** An archive holds more than it may. */
    public static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1L;

        TooLargeException(long max) {
            super("what the command left is larger than the " + max + " bytes it may be");
        }
    }

    /**
     * Packs entries of folders.
     *
     * @param entries relative paths, by the name that their folder has in the archive
     * @param folders the folders, by the same name
     */
    public static void pack(Map<String, Path> folders, Map<String, Collection<String>> entries, Path archive)
            throws IOException {
        try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(archive));
                TarArchiveOutputStream tar = new TarArchiveOutputStream(file, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
            for (Map.Entry<String, Path> folder : folders.entrySet()) {
                for (String entry : entries.getOrDefault(folder.getKey(), List.of())) {
                    pack(tar, folder.getValue().resolve(entry), folder.getKey() + "/" + entry);
                }
            }
        }
    }

    private static void pack(TarArchiveOutputStream tar, Path file, String name) throws IOException {
        if (Files.isSymbolicLink(file)) {
            TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
            entry.setLinkName(Files.readSymbolicLink(file).toString());
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        } else if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            TarArchiveEntry entry = new TarArchiveEntry(name + "/");
            entry.setMode(0755);
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        } else if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            TarArchiveEntry entry = new TarArchiveEntry(name);
            entry.setMode(Files.isExecutable(file) && isExecutable(file) ? 0755 : 0644);
            entry.setModTime(Files.getLastModifiedTime(file));
            byte[] content = Files.readAllBytes(file);
            entry.setSize(content.length);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        }
    }

    private static boolean isExecutable(Path file) throws IOException {
        return Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)
                .contains(PosixFilePermission.OWNER_EXECUTE);
    }

    /**
     * Makes folders what an archive says they are: writes what it holds, and removes what they held and it does not.
     *
     * @param folders where each top-level name of the archive belongs; other names are left out
     * @param kept relative paths that stay as they are whatever the archive says, with all below them, such as .git
     * @param before what the folders held when the command began, by the same names
     * @param maxBytes what all files may hold together
     * @return what was left out, and why
     * @throws TooLargeException when they hold more; nothing is removed then
     */
    public static List<String> unpack(
            Path archive, Map<String, Path> folders, Set<String> kept, Map<String, FolderState> before, long maxBytes)
            throws IOException {
        List<String> leftOut = new ArrayList<>();
        Map<String, Set<String>> seen = new java.util.TreeMap<>();
        folders.keySet().forEach(name -> seen.put(name, new HashSet<>()));
        long bytes = 0;
        try (InputStream file = new BufferedInputStream(Files.newInputStream(archive));
                TarArchiveInputStream tar = new TarArchiveInputStream(file, "UTF-8")) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                String name = entry.getName();
                int slash = name.indexOf('/');
                Path folder = slash < 0 ? null : folders.get(name.substring(0, slash));
                if (folder == null) {
                    continue;
                }
                String relative = plain(name.substring(slash + 1));
                if (relative == null) {
                    leftOut.add(name + ": not a path below its folder");
                    continue;
                }
                if (relative.isEmpty() || isKept(relative, kept)) {
                    continue;
                }
                bytes += entry.isFile() ? entry.getSize() : 0;
                if (bytes > maxBytes) {
                    throw new TooLargeException(maxBytes);
                }
                String problem = unpack(tar, entry, folder, relative);
                if (problem == null) {
                    seen.getOrDefault(name.substring(0, slash), new HashSet<>()).add(relative);
                } else {
                    leftOut.add(name + ": " + problem);
                }
            }
        }
        for (Map.Entry<String, Path> folder : folders.entrySet()) {
            Set<String> present = seen.getOrDefault(folder.getKey(), Set.of());
            FolderState old = before.getOrDefault(folder.getKey(), FolderState.EMPTY);
            List<String> gone = new ArrayList<>(old.entries().keySet());
            gone.removeIf(path -> present.contains(path) || isKept(path, kept));
            Collections.sort(gone, Collections.reverseOrder());
            for (String path : gone) {
                remove(folder.getValue(), path);
            }
        }
        return leftOut;
    }

    private static @Nullable String unpack(
            TarArchiveInputStream tar, TarArchiveEntry entry, Path folder, String relative) throws IOException {
        Path target;
        try {
            target = folder.resolve(relative);
        } catch (InvalidPathException e) {
            return "a name that this system does not have";
        }
        if (!makeParents(folder, folder.relativize(target))) {
            return "its folder is not a folder";
        }
        if (entry.isDirectory()) {
            if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                Files.deleteIfExists(target);
                Files.createDirectory(target);
            }
            return null;
        }
        if (entry.isSymbolicLink()) {
            clear(target);
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
            return null;
        }
        boolean link = entry.isLink();
        if (!link
                && (!entry.isFile()
                        || entry.isSparse()
                        || entry.isFIFO()
                        || entry.isCharacterDevice()
                        || entry.isBlockDevice())) {
            return "a special file";
        }
        // Written beside its place and moved into it: a link or a file with other names there is replaced, not written
        // to.
        Path fresh = Files.createTempFile(folder.resolveSibling("tmp"), "unpack-", "");
        try {
            if (link) {
                String linked = entry.getLinkName();
                String source = plain(linked.substring(linked.indexOf('/') + 1));
                Path from = source == null ? null : folder.resolve(source);
                if (from == null
                        || !makeParents(folder, folder.relativize(from))
                        || !Files.isRegularFile(from, LinkOption.NOFOLLOW_LINKS)) {
                    return "a hard link to what is not in the archive";
                }
                Files.copy(from, fresh, StandardCopyOption.REPLACE_EXISTING, LinkOption.NOFOLLOW_LINKS);
            } else {
                Files.copy(tar, fresh, StandardCopyOption.REPLACE_EXISTING);
            }
            boolean executable = (entry.getMode() & 0100) != 0;
            Files.setPosixFilePermissions(
                    fresh, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
            Files.setLastModifiedTime(fresh, entry.getLastModifiedTime());
            if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                clear(target);
            }
            Files.move(fresh, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            return null;
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** The path without its dots; null when it leads out of its folder. */
    private static @Nullable String plain(String path) {
        List<String> names = new ArrayList<>();
        for (String name : path.split("/", -1)) {
            if (name.equals("..")) {
                return null;
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        return String.join("/", names);
    }

    private static boolean isKept(String relative, Set<String> kept) {
        return kept.stream().anyMatch(one -> relative.equals(one) || relative.startsWith(one + "/"));
    }

    /** Makes the folders above a path; false when something else than a folder is in their place. */
    private static boolean makeParents(Path folder, Path relative) throws IOException {
        Path at = folder;
        for (int i = 0; i < relative.getNameCount() - 1; i++) {
            at = at.resolve(relative.getName(i));
            if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
                if (Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
                    return false;
                }
                Files.createDirectory(at);
            }
        }
        return true;
    }

    private static void clear(Path target) throws IOException {
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            io.sweaifleet.agent.sandbox.Folders.delete(target);
        } else {
            Files.deleteIfExists(target);
        }
    }

    private static void remove(Path folder, String path) throws IOException {
        Path target = folder.resolve(path);
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Path relative = folder.relativize(target);
        Path at = folder;
        for (int i = 0; i < relative.getNameCount() - 1; i++) {
            at = at.resolve(relative.getName(i));
            if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
                return; // What was a folder is a link now: what lies behind it is not ours.
            }
        }
        clear(target);
    }
}
