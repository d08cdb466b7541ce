/** The devops playbook: build, CI and container files against named rules, and the missing ones written. */
@NullMarked
package io.sweaifleet.agent.playbook.devops;

import org.jspecify.annotations.NullMarked;
