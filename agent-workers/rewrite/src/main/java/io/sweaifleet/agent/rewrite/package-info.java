/** OpenRewrite as a program: a request file in, changed files and a reply file out. */
@NullMarked
package io.sweaifleet.agent.rewrite;

import org.jspecify.annotations.NullMarked;
