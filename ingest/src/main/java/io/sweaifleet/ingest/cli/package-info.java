/**
 * The {@code fleet} command line. Commands are thin: they read options, call the classes of the neighbouring packages
 * and print. Other modules add commands and the local node through {@link io.sweaifleet.ingest.cli.CommandContribution}
 * and {@link io.sweaifleet.ingest.cli.LocalNode}, found by {@link java.util.ServiceLoader}.
 */
@NullMarked
package io.sweaifleet.ingest.cli;

import org.jspecify.annotations.NullMarked;
