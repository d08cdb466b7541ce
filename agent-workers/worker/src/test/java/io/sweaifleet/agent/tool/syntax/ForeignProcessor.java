package io.sweaifleet.agent.tool.syntax;

/** Says what the syntax check answers where the machine is said to be of another kind. Run as a process of its own. */
public final class ForeignProcessor {

    private ForeignProcessor() {}

    public static void main(String[] args) {
        System.out.println(SyntaxCheck.compare("A.java", "class A {}", "class A {"));
        System.out.println(SyntaxCheck.compare("a.py", "", "def f("));
        System.out.println(SyntaxCheck.compare("a.yaml", "", "a: ["));
    }
}
