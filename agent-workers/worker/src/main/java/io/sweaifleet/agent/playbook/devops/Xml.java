package io.sweaifleet.agent.playbook.devops;

import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** An XML element with its line; read without document types and entities, so that a file can reach nothing outside itself. */
final class Xml {

    private static final int DEEPEST = 200;

    private final String name;
    private final int line;
    private final List<Xml> children = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();

    private Xml(String name, int line) {
        this.name = name;
        this.line = line;
    }

    /** What is wrong with the text, and where. */
    static final class InvalidXml extends Exception {
        private static final long serialVersionUID = 1L;
        private final int line;

        InvalidXml(int line, String message) {
            super(message);
            this.line = line;
        }

        int line() {
            return line;
        }
    }

    static Xml parse(String source) throws InvalidXml {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        Xml document = new Xml("", 1);
        Deque<Xml> open = new ArrayDeque<>();
        open.push(document);
        try {
            XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(source));
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        Xml element = new Xml(
                                reader.getLocalName(), reader.getLocation().getLineNumber());
                        open.element().children.add(element);
                        open.push(element);
                        if (open.size() > DEEPEST) {
                            throw new InvalidXml(element.line, "elements are nested deeper than " + DEEPEST);
                        }
                    }
                    case XMLStreamConstants.END_ELEMENT -> open.pop();
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
                        open.element().text.append(reader.getText());
                    default -> {
                        // Comments and instructions say nothing to the rules.
                    }
                }
            }
        } catch (XMLStreamException e) {
            int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNumber());
            throw new InvalidXml(line, "it is not well-formed");
        }
        return document;
    }

    String name() {
        return name;
    }

    /** Line on which the start tag ends, from 1. */
    int line() {
        return line;
    }

    String text() {
        return text.toString().strip();
    }

    List<Xml> children() {
        return children;
    }

    /** Every element at a path of names below this one. */
    List<Xml> all(String... path) {
        List<Xml> found = List.of(this);
        for (String step : path) {
            found = found.stream()
                    .flatMap(element -> element.children.stream())
                    .filter(element -> element.name.equals(step))
                    .toList();
        }
        return found;
    }

    /** Text of the first element at a path, empty when there is none. */
    String text(String... path) {
        List<Xml> found = all(path);
        return found.isEmpty() ? "" : found.get(0).text();
    }
}
