/**
 * Neo4j with its Bolt server as a plain main, sized for one small machine. It needs a process of its own: the server
 * is built on another Netty than its driver, and with both on one class path Bolt accepts clients and never answers.
 */
@NullMarked
package io.sweaifleet.deploy.neo4j;

import org.jspecify.annotations.NullMarked;
