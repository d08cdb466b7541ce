/** Kafka Connect sink into Neo4j: the keys of Neo4j's own connector, its Cypher strategy. */
@NullMarked
package io.sweaifleet.connect.neo4j;

import org.jspecify.annotations.NullMarked;
