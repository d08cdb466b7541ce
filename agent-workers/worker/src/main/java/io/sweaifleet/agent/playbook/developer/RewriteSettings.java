package io.sweaifleet.agent.playbook.developer;

import io.sweaifleet.schemas.config.Setting;
import io.sweaifleet.schemas.config.SettingsProvider;
import java.util.List;

/** Settings of the developer playbooks. */
public final class RewriteSettings implements SettingsProvider {

    /** Where OpenRewrite and its recipes are. */
    public static final Setting<String> CLASS_PATH = Setting.text(
            "fleet.rewrite.class-path",
            "Jars of OpenRewrite, of the fleet's program around it and of further recipes, as a Java class path; an entry DIRECTORY/* is every jar in it. Empty: recipes are skipped.",
            "");

    @Override
    public String part() {
        return "Worker: developer playbooks";
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of(CLASS_PATH);
    }
}
