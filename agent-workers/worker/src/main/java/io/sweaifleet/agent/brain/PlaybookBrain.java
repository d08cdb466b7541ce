package io.sweaifleet.agent.brain;

import io.sweaifleet.agent.playbook.Playbook;
import io.sweaifleet.agent.playbook.PlaybookFailure;
import io.sweaifleet.agent.playbook.PlaybookResult;
import io.sweaifleet.schemas.common.BrainKind;
import io.sweaifleet.schemas.common.BrainStamp;

/** The brain that follows the declared steps of a playbook. */
public record PlaybookBrain(Playbook playbook) implements Brain {

    @Override
    public BrainStamp stamp() {
        return BrainStamp.newBuilder()
                .setKind(BrainKind.PLAYBOOK)
                .setName(playbook.kind())
                .setVersion(playbook.version())
                .build();
    }

    @Override
    public boolean needsWorkspace() {
        return playbook.needsWorkspace();
    }

    @Override
    public BrainResult run(BrainContext context) throws PlaybookFailure, InterruptedException {
        PlaybookResult result = playbook.run(context);
        return new BrainResult(result.summary(), result.outputs(), null);
    }
}
