package io.ray.runtime.task;

import io.ray.api.id.UniqueId;
import io.ray.api.runtime.RayRuntime;
import io.ray.runtime.AbstractRayRuntime;
import java.lang.reflect.Field;

/**
 * Corrects Ray's local mode (2.39.0), in which the executor hands the actor instance from one step of a call to the
 * next in a plain field that the threads of all actors share: calls run on another actor's instance, or on none while
 * an actor is being made. Here every thread has its own. It lives in Ray's package because the methods concerned are
 * visible there only.
 */
public final class PerThreadTaskExecutor extends LocalModeTaskExecutor {

    private final ThreadLocal<LocalActorContext> context = new ThreadLocal<>();

    private PerThreadTaskExecutor(AbstractRayRuntime runtime) {
        super(runtime);
    }

    /**
     * Makes a runtime in local mode use this executor, before its first actor is made.
     *
     * @throws ReflectiveOperationException when this version of Ray is built differently
     */
    public static void install(RayRuntime runtime) throws ReflectiveOperationException {
        AbstractRayRuntime local = (AbstractRayRuntime) runtime;
        Field submitter = AbstractRayRuntime.class.getDeclaredField("taskSubmitter");
        submitter.setAccessible(true);
        Field executor = LocalModeTaskSubmitter.class.getDeclaredField("taskExecutor");
        executor.setAccessible(true);
        executor.set(submitter.get(local), new PerThreadTaskExecutor(local));
    }

    @Override
    LocalActorContext getActorContext() {
        return context.get();
    }

    @Override
    void setActorContext(UniqueId workerId, LocalActorContext actorContext) {
        // Ray passes null before an actor is made; the executor then sets the new actor's own.
        if (actorContext != null) {
            context.set(actorContext);
        }
    }
}
