/**
 * The single node: starts every part of the fleet on this machine in the right order, watches them, and ends them all.
 *
 * <p>{@link io.sweaifleet.deploy.node.NodePlan} says what the parts are, {@link io.sweaifleet.deploy.node.Node} runs
 * them, {@link io.sweaifleet.deploy.node.NodeDirectory} owns what is kept on disk.
 */
@NullMarked
package io.sweaifleet.deploy.node;

import org.jspecify.annotations.NullMarked;
