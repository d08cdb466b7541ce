/** Commands in the pods of Jobs on a Kubernetes cluster. The only package that knows the Kubernetes client. */
@NullMarked
package io.sweaifleet.agent.sandbox.kubernetes;

import org.jspecify.annotations.NullMarked;
