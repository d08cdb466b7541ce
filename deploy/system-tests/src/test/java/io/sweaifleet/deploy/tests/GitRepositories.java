package io.sweaifleet.deploy.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Small repositories as people have them: with third-party dependencies, and with something wrong in each. */
final class GitRepositories {

    private GitRepositories() {}

    /**
     * A Maven build of two modules: a cycle between the packages cart and price, a test that fails
     * ({@code CartTest#givesTenPercent}), and an unused import in Cart. Its dependencies and plugins have the versions of
     * this project's own build, so that whoever built the fleet has them.
     */
    static Path maven(Path folder) throws Exception {
        return commit(
                folder,
                Map.of(
                        "pom.xml",
                        """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>org.example</groupId>
                  <artifactId>shop</artifactId>
                  <version>1</version>
                  <packaging>pom</packaging>
                  <modules>
                    <module>api</module>
                    <module>core</module>
                  </modules>
                  <properties>
                    <maven.compiler.release>17</maven.compiler.release>
                    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
                  </properties>
                  <dependencies>
                    <dependency>
                      <groupId>org.apache.commons</groupId>
                      <artifactId>commons-lang3</artifactId>
                      <version>%s</version>
                    </dependency>
                    <dependency>
                      <groupId>org.junit.jupiter</groupId>
                      <artifactId>junit-jupiter</artifactId>
                      <version>%s</version>
                      <scope>test</scope>
                    </dependency>
                  </dependencies>
                  <build>
                    <plugins>
                      <plugin><artifactId>maven-resources-plugin</artifactId><version>%s</version></plugin>
                      <plugin><artifactId>maven-compiler-plugin</artifactId><version>%s</version></plugin>
                      <plugin><artifactId>maven-surefire-plugin</artifactId><version>%s</version></plugin>
                    </plugins>
                  </build>
                </project>
                """
                                .formatted(
                                        ownVersion("<artifactId>commons-lang3</artifactId>\\s*<version>([^<]+)"),
                                        ownVersion("<junit.version>([^<]+)"),
                                        ownVersion(
                                                "<artifactId>maven-resources-plugin</artifactId>\\s*<version>([^<]+)"),
                                        ownVersion(
                                                "<artifactId>maven-compiler-plugin</artifactId>\\s*<version>([^<]+)"),
                                        ownVersion(
                                                "<artifactId>maven-surefire-plugin</artifactId>\\s*<version>([^<]+)")),
                        "api/pom.xml",
                        module("api", ""),
                        "core/pom.xml",
                        module(
                                "core",
                                "<dependencies><dependency><groupId>org.example</groupId><artifactId>api</artifactId>"
                                        + "<version>1</version></dependency></dependencies>"),
                        "api/src/main/java/org/example/shop/api/Item.java",
                        """
                package org.example.shop.api;

                import org.apache.commons.lang3.StringUtils;

                public record Item(String name, long cents) {
                    public Item {
                        if (StringUtils.isBlank(name)) {
                            throw new IllegalArgumentException("an item needs a name");
                        }
                    }
                }
                """,
                        "core/src/main/java/org/example/shop/cart/Cart.java",
                        """
                package org.example.shop.cart;

                import java.util.ArrayList;
                import java.util.List;
                import java.util.Map;
                import org.example.shop.api.Item;
                import org.example.shop.price.Discount;

                public class Cart {
                    private final List<Item> items = new ArrayList<>();

                    public void add(Item item) {
                        items.add(item);
                    }

                    public long total() {
                        return Discount.of(this).apply(sum());
                    }

                    public long sum() {
                        return items.stream().mapToLong(Item::cents).sum();
                    }
                }
                """,
                        "core/src/main/java/org/example/shop/price/Discount.java",
                        """
                package org.example.shop.price;

                import org.example.shop.cart.Cart;

                public record Discount(int percent) {
                    public static Discount of(Cart cart) {
                        return new Discount(cart.sum() >= 10_000 ? 10 : 0);
                    }

                    public long apply(long cents) {
                        return cents - cents * percent / 100;
                    }
                }
                """,
                        "core/src/test/java/org/example/shop/cart/CartTest.java",
                        """
                package org.example.shop.cart;

                import static org.junit.jupiter.api.Assertions.assertEquals;

                import org.example.shop.api.Item;
                import org.junit.jupiter.api.Test;

                class CartTest {
                    @Test
                    void givesTenPercent() {
                        Cart cart = new Cart();
                        cart.add(new Item("samovar", 10_000));
                        assertEquals(8_000, cart.total(), "ten percent off");
                    }
                }
                """));
    }

    /**
     * Python beside JavaScript: a pytest suite with a test that fails, one that needs a package which is nowhere, and an
     * unused import; an npm package whose dependency is in no registry.
     */
    static Path pythonAndNpm(Path folder) throws Exception {
        return commit(
                folder,
                Map.of(
                        "pyproject.toml",
                        "[project]\nname = \"points\"\nversion = \"1\"\nrequires-python = \">=3.9\"\ndependencies = [\"pytest\"]\n",
                        "src/points/__init__.py",
                        "",
                        "src/points/line.py",
                        "import os\nimport math\n\n\ndef length(x, y):\n    return math.hypot(x, y)\n",
                        "tests/test_line.py",
                        "import pytest\n\nfrom points.line import length\n\n\n@pytest.mark.parametrize(\"x\", [1, 2])\n"
                                + "def test_axis(x):\n    assert length(x, 0) == 1\n",
                        "tests/test_web.py",
                        "import fleet_absent_package\n\n\ndef test_web():\n    assert fleet_absent_package\n",
                        "web/package.json",
                        "{\"name\": \"web\", \"version\": \"1.0.0\", \"scripts\": {\"test\": \"node --test\"},"
                                + " \"dependencies\": {\"fleet-absent-package\": \"1.0.0\"}}\n",
                        "web/a.test.js",
                        "require('fleet-absent-package');\n"));
    }

    private static String module(String name, String more) {
        return """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <parent><groupId>org.example</groupId><artifactId>shop</artifactId><version>1</version></parent>
                  <artifactId>%s</artifactId>
                  %s
                </project>
                """
                .formatted(name, more);
    }

    /** A version in the parent pom of this project. */
    private static String ownVersion(String pattern) throws IOException {
        Matcher found = Pattern.compile(pattern).matcher(Files.readString(Path.of("..", "..", "pom.xml")));
        assertThat(found.find()).as("%s in the parent pom", pattern).isTrue();
        return found.group(1);
    }

    private static Path commit(Path folder, Map<String, String> files) throws Exception {
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        git(folder, "init", "-q", "-b", "main");
        git(folder, "add", "-A");
        git(folder, "-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "-q", "-m", "first");
        return folder;
    }

    /** Runs git in a repository and returns what it printed. */
    static String git(Path folder, String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", command, printed).isZero();
        return printed;
    }
}
