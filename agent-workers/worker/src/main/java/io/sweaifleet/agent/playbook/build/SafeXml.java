package io.sweaifleet.agent.playbook.build;

import java.io.Reader;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Reads XML that a repository, or a program of it, wrote: no document type is processed and nothing external is ever opened. */
public final class SafeXml {

    private SafeXml() {}

    /**
     * Opens a stream of XML events.
     *
     * @throws XMLStreamException when the text does not even begin as XML
     */
    public static XMLStreamReader open(Reader text) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, false);
        factory.setXMLResolver((publicId, systemId, base, namespace) -> {
            throw new XMLStreamException("external entity " + systemId + " is not read");
        });
        return factory.createXMLStreamReader(text);
    }
}
