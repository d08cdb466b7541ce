package io.sweaifleet.agent.tool.builtin;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.playbook.ToolDenied;
import io.sweaifleet.agent.playbook.Toolbox;
import io.sweaifleet.agent.tool.spec.Arguments;
import io.sweaifleet.agent.tool.spec.Fence;
import io.sweaifleet.agent.tool.spec.ModelTool;
import io.sweaifleet.agent.tool.spec.Schema;
import io.sweaifleet.agent.tool.spec.ToolCallResult;
import io.sweaifleet.agent.tool.spec.ToolSpec;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code http_get}: one page, by GET and without credentials, from the worker's process. The role's rules say which hosts: the
 * first word of the call is the host (its port after a colon unless it is the scheme's own), the second the URL. Each
 * redirection is judged anew.
 */
final class HttpGetTool implements ModelTool {

    /** Longest text that is shown, in characters. */
    static final int MAX_TEXT = 10_000;

    private static final int MAX_REDIRECTS = 5;

    private static final ToolSpec SPEC = new ToolSpec(
            "http_get",
            "Fetches a web page or document as text (HTML without its marks; at most " + MAX_TEXT
                    + " characters). Only hosts that the role allows.",
            Schema.object()
                    .required("url", "string", "http or https URL")
                    .optional("from", "integer", "characters of the text to leave out, to read on in a long one")
                    .build(),
            new ToolSpec.Hints(true, false, true));

    private final Toolbox tools;
    private final HttpFetch fetch;

    HttpGetTool(Toolbox tools, Cancellation cancellation) {
        this.tools = tools;
        this.fetch = new HttpFetch(cancellation);
    }

    @Override
    public ToolSpec spec() {
        return SPEC;
    }

    @Override
    public ToolCallResult call(Arguments arguments) throws Arguments.Mistake, ToolDenied, InterruptedException {
        URI uri = uri(arguments.text("url").strip());
        int from = arguments.number("from", 0, 0, Integer.MAX_VALUE);
        for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
            HttpFetch.Page page = get(uri);
            if (page.redirect().isEmpty()) {
                return shown(uri, page, from);
            }
            uri = uri(uri.resolve(page.redirect()).toString());
        }
        return Results.refused("more than " + MAX_REDIRECTS + " redirections; the last one led to " + uri);
    }

    private HttpFetch.Page get(URI uri) throws ToolDenied, InterruptedException {
        HttpFetch.Page[] page = new HttpFetch.Page[1];
        tools.outside(
                "http_get", uri.getHost(), List.of(hostOf(uri), uri.toString()), Map.of("url", uri.toString()), () -> {
                    page[0] = fetch.get(uri);
                    return page[0].text();
                });
        return page[0];
    }

    private static URI uri(String text) throws Arguments.Mistake {
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            if (!scheme.equals("http") && !scheme.equals("https")) {
                throw new Arguments.Mistake(
                        "argument url of http_get must begin with http:// or https://, not " + text);
            }
            if (uri.getHost() == null) {
                throw new Arguments.Mistake("argument url of http_get names no host: " + text);
            }
            if (uri.getRawUserInfo() != null) {
                throw new Arguments.Mistake("argument url of http_get must not hold a user or password");
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new Arguments.Mistake("argument url of http_get is no URL: " + e.getMessage());
        }
    }

    static String hostOf(URI uri) {
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        boolean usual = uri.getPort() < 0 || uri.getPort() == (uri.getScheme().equalsIgnoreCase("https") ? 443 : 80);
        return usual ? host : host + ":" + uri.getPort();
    }

    private static ToolCallResult shown(URI uri, HttpFetch.Page page, int from) {
        String text = page.text();
        if (from > text.length()) {
            return Results.refused("the text of " + uri + " has only " + text.length() + " characters");
        }
        int to = Math.min(text.length(), from + MAX_TEXT);
        String rest =
                to < text.length() ? "\n… read on with from: " + to + " (of " + text.length() + " characters)" : "";
        String cut = page.cut()
                ? "\nThe document is longer than " + HttpFetch.MAX_BYTES + " bytes; the rest was not read."
                : "";
        return new ToolCallResult(
                page.status() < 400,
                "status " + page.status() + ", " + page.type() + "\n"
                        + Fence.around(uri.toString(), text.substring(from, to)) + rest + cut,
                false);
    }
}
