/** The qa role's playbook: find the test suites of a repository, run them, and say what failed, what is slow and what is flaky. */
@NullMarked
package io.sweaifleet.agent.playbook.qa;

import org.jspecify.annotations.NullMarked;
