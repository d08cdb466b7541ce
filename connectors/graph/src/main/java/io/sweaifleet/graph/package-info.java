/** The knowledge graph: one schema, the writes as Cypher, the reads as typed queries. */
@NullMarked
package io.sweaifleet.graph;

import org.jspecify.annotations.NullMarked;
