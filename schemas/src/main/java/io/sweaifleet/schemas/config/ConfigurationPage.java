package io.sweaifleet.schemas.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Renders the reference page of settings from every {@link SettingsProvider} on the class path. */
public final class ConfigurationPage {

    private final StringBuilder page = new StringBuilder();

    private ConfigurationPage() {}

    /** Every provider on the class path: the shared settings first, then by part. */
    public static List<SettingsProvider> providers() {
        List<SettingsProvider> providers = new ArrayList<>();
        ServiceLoader.load(SettingsProvider.class).forEach(providers::add);
        providers.sort(Comparator.comparing((SettingsProvider provider) -> !(provider instanceof FleetSettings))
                .thenComparing(SettingsProvider::part));
        return List.copyOf(providers);
    }

    /**
     * The page as Markdown.
     *
     * @param providers the parts, in the order of the page
     * @param howToWrite command that writes the page anew, named on it
     */
    public static String render(Collection<SettingsProvider> providers, String howToWrite) {
        ConfigurationPage page = new ConfigurationPage();
        page.introduction(howToWrite);
        providers.forEach(page::part);
        page.registryClient();
        return page.page.toString();
    }

    /**
     * The names alone, for the check for unknown ones, one a line; {@code .*} stands for whatever is passed on below a
     * prefix.
     */
    public static String names(Collection<SettingsProvider> providers) {
        return providers.stream()
                .flatMap(provider -> Stream.concat(
                        provider.settings().stream().map(Setting::name),
                        provider.passedOn().stream().map(passedOn -> passedOn.prefix() + "*")))
                .sorted()
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private void introduction(String howToWrite) {
        line("# Configuration");
        line("");
        line("This page is generated from the settings that the code declares; do not edit it. To write it anew:");
        line("`" + howToWrite + "`.");
        line("");
        line("A value is taken from the first of");
        line("");
        line("1. the command line: `--set NAME=VALUE`, and options of their own where a command has them,");
        line("2. a system property: `-Dfleet.data-dir=/srv/fleet`,");
        line("3. the environment: `FLEET_DATA_DIR=/srv/fleet` (upper case, underscores for dots and dashes),");
        line("4. the properties file named by `--config` (UTF-8),");
        line("5. the default.");
        line("");
        line(
                "A value may name another setting: `${fleet.data-dir}/artifacts`. Durations are written `500ms`, `30s`, `15m`,");
        line(
                "`2h`, `7d`; sizes `4096`, `64KB`, `1MB`, `2GB` (by powers of 1,024). A value that cannot be used stops the part");
        line(
                "that reads it, with a message that names the setting, the value and what would be right. A name in the file or on the");
        line("command line that begins with `fleet.` and is not on this page is refused too.");
    }

    private void part(SettingsProvider provider) {
        line("");
        line("## " + provider.part());
        line("");
        line("| Setting | Default | Value | Meaning |");
        line("| --- | --- | --- | --- |");
        for (Setting<?> setting : provider.settings()) {
            line("| `" + setting.name() + "` | " + defaultOf(setting) + " | " + cell(setting.form()) + " | "
                    + cell(setting.doc()) + " |");
        }
        for (SettingsProvider.PassedOn passedOn : provider.passedOn()) {
            line("| `" + passedOn.prefix() + "*` | | | " + cell(passedOn.doc()) + " |");
        }
    }

    /** What lies below {@value FleetSettings#REGISTRY_CLIENT_PREFIX}, since those names are not settings of ours. */
    private void registryClient() {
        line("");
        line("## The registry client and the serdes");
        line("");
        line(
                "These names are those of Confluent's clients. Programs that use our serializer and deserializer give them as");
        line("they are; for the fleet's own parts put `" + FleetSettings.REGISTRY_CLIENT_PREFIX + "` before them.");
        line("");
        line("| Key | Default | Meaning |");
        line("| --- | --- | --- |");
        key(
                "schema.registry.url",
                "required",
                "Base addresses, separated by commas, tried in turn. The fleet's parts take" + " it from `"
                        + FleetSettings.REGISTRY_URL.name() + "`.");
        key(
                "basic.auth.credentials.source",
                "`URL`",
                "Where user and password come from: `USER_INFO`, or `URL`" + " (`http://user:password@host`).");
        key("basic.auth.user.info", "", "`user:password`, with `USER_INFO`.");
        key(
                "bearer.auth.credentials.source",
                "`STATIC_TOKEN`",
                "Where a token comes from; no other source is supported.");
        key("bearer.auth.token", "", "The token.");
        key(
                "schema.registry.ssl.truststore.location",
                "the JVM's",
                "Trust store; with `.password` and `.type` (`JKS` by" + " default, `PKCS12`).");
        key(
                "schema.registry.ssl.keystore.location",
                "none",
                "Key store for servers that ask for a client's certificate;"
                        + " with `.password`, `.type` and `schema.registry.ssl.key.password`.");
        key("http.connect.timeout.ms", "5000", "Longest time to connect.");
        key("http.read.timeout.ms", "10000", "Longest time from request to answer.");
        key(
                "max.retries",
                "3",
                "How often a request is repeated that failed for a passing reason: no answer, HTTP 5xx, 408,"
                        + " 429.");
        key("retries.wait.ms", "200", "Wait before the first repetition; doubles with each.");
        key("retries.max.wait.ms", "5000", "Longest wait before a repetition.");
        key("max.schemas.per.subject", "1000", "Schemas kept in memory.");
        key("missing.id.cache.ttl.sec", "10", "How long an id that the registry did not know is not asked for again.");
        key("missing.cache.size", "10000", "Unknown ids kept in memory.");
        key(
                "auto.register.schemas",
                "`false`",
                "Register the schema of a record that is not registered. Confluent's"
                        + " default is `true`; the fleet registers by `fleet schemas register`.");
        key(
                "use.latest.version",
                "`false`",
                "Accepted, and set by the fleet's parts. Our serializer writes with the schema"
                        + " of its own class, which must be a version of the subject: with FULL_TRANSITIVE every version is as"
                        + " readable as the newest.");
        key("specific.avro.reader", "`false`", "Give generated classes instead of generic records.");
        key("specific.avro.value.type", "the topic's", "The generated class to give.");
        key(
                "value.subject.name.strategy",
                "TopicNameStrategy",
                "No other strategy is supported: subjects are" + " `<topic>-value`.");
    }

    private void key(String name, String defaultText, String meaning) {
        line("| `" + name + "` | " + defaultText + " | " + meaning + " |");
    }

    private static String defaultOf(Setting<?> setting) {
        String text = setting.defaultText();
        if (text == null) {
            return "**required**";
        }
        return text.isEmpty() ? "empty" : "`" + cell(text) + "`";
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("\n", " ");
    }

    private void line(String text) {
        page.append(text).append('\n');
    }
}
