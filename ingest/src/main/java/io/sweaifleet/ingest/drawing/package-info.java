/** Drawing graphs as text: layouts, SVG, Mermaid, DOT. Knows no Kafka. */
@NullMarked
package io.sweaifleet.ingest.drawing;

import org.jspecify.annotations.NullMarked;
