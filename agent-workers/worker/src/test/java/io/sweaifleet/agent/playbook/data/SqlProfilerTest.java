package io.sweaifleet.agent.playbook.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.playbook.data.SqlTable.Column;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SqlProfilerTest {

    @Test
    void shouldReadADumpOfPostgresql() {
        // Given
        String sql =
                """
                -- CREATE TABLE commented (id int);
                /* nested /* CREATE TABLE too (id int); */ */
                CREATE TABLE public.users (
                    id integer NOT NULL,
                    "full name" character varying(100) DEFAULT 'a,b'::character varying,
                    tags text[] NOT NULL,
                    price numeric(10,2) CHECK (price > 0),
                    at timestamp with time zone
                );
                CREATE FUNCTION f() RETURNS int AS $body$
                  CREATE TABLE inside (id int);
                $body$ LANGUAGE sql;
                ALTER TABLE ONLY public.users ADD CONSTRAINT users_pkey PRIMARY KEY (id);
                ALTER TABLE ONLY public.orders
                    ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES public.users(id), ADD PRIMARY KEY (id);
                COPY public.users (id, "full name") FROM stdin;
                1\tCREATE TABLE x (y int);
                2\tit's
                \\.

                CREATE TABLE copy AS SELECT 1;
                CREATE UNLOGGED TABLE IF NOT EXISTS part PARTITION OF users FOR VALUES IN (1);
                """;

        // When
        SqlProfiler.Result result = profile(sql);

        // Then
        assertThat(result.profile().sqlTables())
                .extracting(SqlTable::name)
                .containsExactly("public.users", "copy", "part");
        SqlTable users = result.profile().sqlTables().get(0);
        assertThat(users.line()).isEqualTo(3);
        assertThat(users.columns())
                .containsExactly(
                        new Column("id", "integer", false),
                        new Column("full name", "character varying(100)", true),
                        new Column("tags", "text[]", false),
                        new Column("price", "numeric(10,2)", true),
                        new Column("at", "timestamp with time zone", true));
        assertThat(users.primaryKey()).containsExactly("id");
        assertThat(result.keysElsewhere()).containsExactly("orders");
        assertThat(result.profile().properties())
                .containsEntry("rows.users", "2")
                .containsEntry("statements.alter", "2");
        assertThat(result.profile().partial()).isEmpty();
    }

    @Test
    void shouldReadADumpOfMysql() {
        // Given
        String sql =
                """
                # comment; with semicolon
                /*!40101 SET NAMES utf8 */;
                CREATE TABLE `t` (
                  `id` int(11) unsigned NOT NULL AUTO_INCREMENT,
                  `key` varchar(20) COMMENT 'it\\'s; fine',
                  `state` enum('a','b') NOT NULL,
                  PRIMARY KEY (`id`),
                  UNIQUE KEY `uk` (`key`,`state`),
                  KEY `idx` (`state`),
                  CONSTRAINT `fk` FOREIGN KEY (`id`) REFERENCES `other` (`id`) ON DELETE CASCADE
                ) ENGINE=InnoDB;
                INSERT INTO `t` (`id`,`key`) VALUES (1,'a;(b'),(2,'c\\'),('),(3,NULL) ON DUPLICATE KEY UPDATE id = (1);
                INSERT IGNORE INTO db.t SET id = 4;
                INSERT INTO t SELECT (1), (2);
                DELIMITER //
                CREATE PROCEDURE p() BEGIN INSERT INTO t VALUES (1); END //
                DELIMITER ;
                REPLACE INTO t VALUES (5);
                """;

        // When
        SqlProfiler.Result result = profile(sql);

        // Then
        SqlTable table = result.profile().sqlTables().get(0);
        assertThat(table.columns())
                .containsExactly(
                        new Column("id", "int(11) unsigned", false),
                        new Column("key", "varchar(20)", true),
                        new Column("state", "enum('…','…')", false));
        assertThat(table.primaryKey()).containsExactly("id");
        assertThat(table.uniqueKeys()).containsExactly(List.of("key", "state"));
        assertThat(table.references()).extracting(SqlTable.Reference::table).containsExactly("other");
        assertThat(result.profile().properties()).containsEntry("rows.t", "4").containsEntry("statements.create", "2");
    }

    @Test
    void shouldReadOtherDialects() {
        // Given
        String sql =
                """
                CREATE TABLE [dbo].[A] ([id] INT IDENTITY(1,1) NOT NULL, [v] NVARCHAR(MAX), CONSTRAINT [PK_A] PRIMARY KEY CLUSTERED ([id] ASC))
                GO
                CREATE TABLE B (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE, a_id INT REFERENCES A(id), flexible)
                ;
                CREATE OR REPLACE TABLE c (id NUMBER(10) DEFAULT seq.nextval, PRIMARY KEY (id))
                """;

        // When
        List<SqlTable> tables = profile(sql).profile().sqlTables();

        // Then
        assertThat(tables).extracting(SqlTable::name).containsExactly("dbo.A", "B", "c");
        assertThat(tables).allSatisfy(table -> assertThat(table.primaryKey()).containsExactly("id"));
        assertThat(tables.get(0).columns())
                .containsExactly(new Column("id", "INT", false), new Column("v", "NVARCHAR(MAX)", true));
        assertThat(tables.get(1).columns())
                .containsExactly(
                        new Column("id", "INTEGER", false),
                        new Column("key", "TEXT", true),
                        new Column("a_id", "INT", true),
                        new Column("flexible", "", true));
        assertThat(tables.get(1).uniqueKeys()).containsExactly(List.of("key"));
    }

    @Test
    void shouldNameDefinitionsThatCannotBeRead() {
        // When
        FileProfile profile = profile("select 1;\nCREATE TABLE (id int);\nCREATE TABLE x (id int")
                .profile();

        // Then
        assertThat(profile.sqlTables()).isEmpty();
        assertThat(profile.partial()).isEqualTo("2 table definitions could not be read, in lines 2, 3");
    }

    @Test
    void shouldSurviveTextThatIsNoSql() {
        assertThat(profile("").profile().sqlTables()).isEmpty();
        assertThat(profile("'never closed\nCREATE TABLE x (id int);").profile().sqlTables())
                .isEmpty();
        assertThat(profile("$tag$ open CREATE TABLE x (id int);").profile().sqlTables())
                .isEmpty();
        assertThat(profile("/* open").profile().sqlTables()).isEmpty();
        assertThat(profile("((((((".repeat(100_000)).profile().sqlTables()).isEmpty();
        assertThat(profile("CREATE TABLE t (" + "(".repeat(60_000)).profile().partial())
                .contains("could not be read");
        assertThat(profile("ALTER TABLE;INSERT;COPY;CREATE;CREATE TABLE;DELIMITER")
                        .profile()
                        .partial())
                .contains("1 table");
    }

    private static SqlProfiler.Result profile(String sql) {
        return SqlProfiler.profile(
                "a.sql", sql.getBytes(StandardCharsets.UTF_8), new TextEncoding(StandardCharsets.UTF_8, 0), () -> true);
    }
}
