package io.sweaifleet.agent.playbook.devops;

/** Reads container image references such as {@code registry:5000/team/app:1.2@sha256:…}. */
final class ImageName {

    private ImageName() {}

    /** Whether the reference leaves open which image is meant: neither a digest nor a tag other than latest. */
    static boolean isUnpinned(String image) {
        if (image.isEmpty() || image.contains("@sha256:") || image.contains("$")) {
            return false;
        }
        String tag = tag(image);
        return tag.isEmpty() || tag.equals("latest");
    }

    static String tag(String image) {
        String name = image.substring(image.lastIndexOf('/') + 1);
        int colon = name.indexOf(':');
        return colon < 0 ? "" : name.substring(colon + 1);
    }

    /** The last part of the name, without registry, owner and tag: {@code postgres}. */
    static String shortName(String image) {
        String name = image.substring(image.lastIndexOf('/') + 1);
        int end = name.indexOf('@');
        name = end < 0 ? name : name.substring(0, end);
        int colon = name.indexOf(':');
        return colon < 0 ? name : name.substring(0, colon);
    }
}
