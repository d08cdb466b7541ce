package io.sweaifleet.topology.core.domain;

import org.jspecify.annotations.Nullable;

/** Defaults of the contract. */
final class Texts {

    private Texts() {}

    static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    static String tenant(@Nullable String tenant) {
        return tenant == null ? "default" : tenant;
    }
}
