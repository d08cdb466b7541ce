package io.sweaifleet.agent.sandbox.docker;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashSet;
import java.util.Set;

/**
 * Who commands are in a container, so that they can write the folders that are bound and are not root. A worker that is
 * not root gives them its own number. A worker that is root gives them 10001, and gives that user the files it may change;
 * the clone's top directory and its {@code .git} stay root's, so that git on the host goes on trusting them.
 *
 * @param uid user number, in the container
 * @param gid group number, in the container
 * @param gives whether files have to be given to that user first
 */
record ContainerUser(int uid, int gid, boolean gives) {

    static final int AGENT = 10_001;

    /**
     * @param rootless whether the engine maps its containers' root to the worker's user, and everybody else to nobody
     */
    static ContainerUser of(int hostUid, int hostGid, boolean rootless) {
        if (rootless) {
            return new ContainerUser(0, 0, false);
        }
        return hostUid == 0 ? new ContainerUser(AGENT, AGENT, true) : new ContainerUser(hostUid, hostGid, false);
    }

    /** As {@code --user} has it. */
    String asUser() {
        return uid + ":" + gid;
    }

    /**
     * Gives what the worker wrote since the last time to the user. Links are not followed, and no command runs meanwhile.
     *
     * @param clone whose top and {@code .git} are kept
     */
    void give(Path clone, Path scratch) throws IOException {
        if (!gives) {
            return;
        }
        Path git = clone.resolve(".git");
        chown(clone, "unix:gid", gid);
        Set<PosixFilePermission> permissions = new HashSet<>(Files.getPosixFilePermissions(clone));
        if (permissions.addAll(Set.of(
                PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_WRITE, PosixFilePermission.GROUP_EXECUTE))) {
            Files.setPosixFilePermissions(clone, permissions);
        }
        for (Path top : Set.of(clone, scratch)) {
            Files.walkFileTree(top, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                        throws IOException {
                    if (directory.equals(git)) {
                        return FileVisitResult.SKIP_SUBTREE;
                    }
                    if (!directory.equals(clone)) {
                        take(directory);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    take(file);
                    return FileVisitResult.CONTINUE;
                }
            });
        }
    }

    private void take(Path file) throws IOException {
        if (!Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(uid)) {
            chown(file, "unix:uid", uid);
            chown(file, "unix:gid", gid);
        }
    }

    private static void chown(Path file, String attribute, int value) throws IOException {
        Files.setAttribute(file, attribute, value, LinkOption.NOFOLLOW_LINKS);
    }
}
