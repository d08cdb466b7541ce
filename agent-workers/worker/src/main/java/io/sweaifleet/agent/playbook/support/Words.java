package io.sweaifleet.agent.playbook.support;

/** Turns of phrase that every playbook's messages share. */
public final class Words {

    private Words() {}

    /** A number of things, such as "1 file" and "2 files". */
    public static String counted(long count, String thing) {
        return count + " " + thing + (count == 1 ? "" : "s");
    }
}
