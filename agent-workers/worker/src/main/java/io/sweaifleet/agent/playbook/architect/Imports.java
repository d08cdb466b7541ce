package io.sweaifleet.agent.playbook.architect;

/** Takes the imports of one file as they are resolved. */
interface Imports {

    /** An import of another file of the repository; typeOnly when it leaves nothing at run time. */
    void inside(String target, boolean typeOnly, int line);

    /** An import of something that is not in the repository, by a short name such as its package. */
    void outside(String name);

    /** An import that should be in the repository and is not, such as a missing relative path. */
    void missing(String written, int line);
}
