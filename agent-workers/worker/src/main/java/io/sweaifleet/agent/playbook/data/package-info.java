/** The data playbook: what is in the CSV, JSON and SQL files of a repository. */
@NullMarked
package io.sweaifleet.agent.playbook.data;

import org.jspecify.annotations.NullMarked;
