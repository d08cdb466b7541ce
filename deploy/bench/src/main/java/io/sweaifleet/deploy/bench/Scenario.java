package io.sweaifleet.deploy.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;

/** One measurement of the benchmark. */
interface Scenario {

    /**
     * Measures on a node and adds the figures to the document.
     *
     * @param progress where to say what is being done
     */
    void measure(BenchNode node, ObjectNode document, PrintStream progress) throws Exception;

    /** Prints what this scenario added to the document, one line a figure. */
    void print(ObjectNode document, Lines out);
}
