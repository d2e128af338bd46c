/* SPDX-License-Identifier: MIT */
/* surefoot data get NAME: fetches a data set by HTTPS into the cache; nothing is kept whose SHA-256 is not the pinned one. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifdef SFT_HAVE_CURL
#include <curl/curl.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

enum { BAR = 20, PATIENCE = 60, HOPS = 5 };

typedef struct download {
    cli        *a;
    sft_remote  file;
    const char *url;
    FILE       *out;
    int64_t     got;
    int         error; /* errno of a failed write */
    bool        too_long;
    bool        bar;
    double      drawn; /* seconds since the start; -1: never */
    CURL       *curl;
} download;

/* ---- addresses ------------------------------------------------------------------------------- */

static bool begins(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

/* http is for tests on this very machine: what comes over a network comes by https. */
static bool is_loopback(const char *url)
{
    static const char *const hosts[] = { "http://127.0.0.1", "http://localhost", "http://[::1]" };
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        size_t n = strlen(hosts[i]);
        if (begins(url, hosts[i]) &&
            (url[n] == '/' || url[n] == '\0' || (url[n] == ':' && !strchr(url + n, '@'))))
            return true;
    }
    return false;
}

static const char *mirror_of(const cli *a)
{
    const char *given = cli_value(a, "mirror"), *usual = getenv("SUREFOOT_MIRROR");
    return given && *given ? given : usual && *usual ? usual : NULL;
}

/* ---- curl's callbacks ------------------------------------------------------------------------ */

static size_t on_bytes(char *bytes, size_t one, size_t n, void *user)
{
    download *d = user;
    d->got += (int64_t)(one * n);
    d->too_long = d->got > d->file.size;
    if (d->too_long) return 0;
    size_t wrote = fwrite(bytes, 1, one * n, d->out);
    if (wrote < one * n) d->error = errno ? errno : EIO;
    return wrote;
}

static void draw(download *d, double seconds)
{
    char   have[32], all[32], left[32], bar[BAR + 1];
    double share = (double)d->got / (double)d->file.size;
    for (int i = 0; i < BAR; i++)
        bar[i] = i < (int)(share * BAR) ? '=' : i == (int)(share * BAR) ? '>' : ' ';
    bar[BAR] = 0;
    fprintf(stderr, "\r[%s] %3.0f%% %s  %s of %s  ETA %s\033[K", bar, 100 * share, d->file.file,
            cli_bytes((double)d->got, have, sizeof have),
            cli_bytes((double)d->file.size, all, sizeof all),
            share > 0 ? cli_time(seconds / share - seconds, left, sizeof left) : "?");
    fflush(stderr);
}

static int on_progress(void *user, curl_off_t total, curl_off_t now, curl_off_t up_total,
                       curl_off_t up)
{
    download *d = user;
    double    seconds = 0;
    (void)total, (void)now, (void)up_total, (void)up;
    curl_easy_getinfo(d->curl, CURLINFO_TOTAL_TIME, &seconds);
    if (d->bar && (d->drawn < 0 || seconds - d->drawn > 0.1)) {
        draw(d, seconds);
        d->drawn = seconds;
    }
    return 0;
}

/* ---- one file -------------------------------------------------------------------------------- */

static void set_up(download *d, char why[CURL_ERROR_SIZE])
{
    CURL       *h = d->curl;
    const char *trust = getenv("CURL_CA_BUNDLE"), *other = getenv("SSL_CERT_FILE");
    const char *protocols = is_loopback(d->url) ? "http,https" : "https";
    curl_easy_setopt(h, CURLOPT_URL, d->url);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(h, CURLOPT_REDIR_PROTOCOLS_STR, protocols);
#else
    long allowed = CURLPROTO_HTTPS | (strchr(protocols, ',') ? CURLPROTO_HTTP : 0);
    curl_easy_setopt(h, CURLOPT_PROTOCOLS, allowed);
    curl_easy_setopt(h, CURLOPT_REDIR_PROTOCOLS, allowed);
#endif
    curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(h, CURLOPT_MAXREDIRS, (long)HOPS);
    curl_easy_setopt(h, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, 30L);
    curl_easy_setopt(h, CURLOPT_LOW_SPEED_LIMIT, 100L);
    curl_easy_setopt(h, CURLOPT_LOW_SPEED_TIME, (long)PATIENCE);
    curl_easy_setopt(h, CURLOPT_USERAGENT, "surefoot/" SFT_VERSION);
    curl_easy_setopt(h, CURLOPT_ERRORBUFFER, why);
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(h, CURLOPT_WRITEDATA, d);
    curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(h, CURLOPT_XFERINFODATA, d);
    curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
    if (trust || other) curl_easy_setopt(h, CURLOPT_CAINFO, trust ? trust : other);
}

static const char *hint(CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY: return "check the proxy in https_proxy";
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
        return "is there a network? Behind a proxy set https_proxy; another server is given by --mirror";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return "its certificate is not trusted; SSL_CERT_FILE names other authorities";
    case CURLE_HTTP_RETURNED_ERROR:
        return "the file may have moved; another server is given by --mirror";
    case CURLE_UNSUPPORTED_PROTOCOL: return "only https is used";
    default: return "try again, or another server by --mirror";
    }
}

/* A failure of the one kind is told at once; one of the network only when no other address is left. */
static int tell(const download *d, CURLcode code, const char *why, bool last)
{
    if (d->error) return cli_fail_io(d->a, d->error, "writing %s", d->file.file);
    if (d->too_long) why = "it sends more bytes than the file has";
    if (!*why) why = curl_easy_strerror(code);
    if (last)
        return cli_fail_as(d->a, "E270", SFT_IO, "cannot fetch %s — %s — %s", d->url, why,
                           hint(code));
    fprintf(stderr, "note: cannot fetch %s — %s — trying the next address\n", d->url, why);
    return SFT_IO;
}

static int fetch_from(download *d, bool last)
{
    char why[CURL_ERROR_SIZE] = "";
    rewind(d->out);
    if (ftruncate(fileno(d->out), 0)) return cli_fail_io(d->a, errno, "writing %s", d->file.file);
    d->got = d->error = 0;
    d->drawn = -1;
    d->curl = curl_easy_init();
    if (!d->curl) return cli_fail_as(d->a, "E004", SFT_MEMORY, "out of memory");
    set_up(d, why);
    CURLcode code = curl_easy_perform(d->curl);
    if (d->bar && d->drawn >= 0) {
        draw(d, d->drawn);
        fputc('\n', stderr);
    }
    curl_easy_cleanup(d->curl);
    errno = 0;
    if (code == CURLE_OK && (fflush(d->out) || fsync(fileno(d->out)))) d->error = errno;
    return code == CURLE_OK && !d->error ? SFT_OK : tell(d, code, why, last);
}

static int fetch(download *d, const char *mirror)
{
    char url[2048];
    snprintf(url, sizeof url, "%s%s%s/%s", mirror ? mirror : "",
             mirror && mirror[strlen(mirror) - 1] == '/' ? "" : "/", d->file.set, d->file.file);
    for (int i = 0; i < 2; i++) {
        bool last = mirror || i == 1 || !d->file.url[1];
        d->url = mirror ? url : d->file.url[i];
        if (!d->a->quiet && !d->bar) fprintf(stderr, "fetching %s\n", d->url);
        int code = fetch_from(d, last);
        if (code == SFT_OK || last || d->error) return code;
    }
    return SFT_IO;
}

/* The file in the making; a second surefoot that fetches the same one is told so. */
static int open_part(cli *a, const char *path, FILE **out)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0) return cli_fail_io(a, errno, "writing %s", path);
    if (flock(fd, LOCK_EX | LOCK_NB)) {
        close(fd);
        return cli_fail_as(a, "E320", SFT_LOCKED,
                           "%s is being fetched by another surefoot — wait for it", path);
    }
    *out = fdopen(fd, "wb");
    if (*out) return SFT_OK;
    close(fd);
    return cli_fail_as(a, "E004", SFT_MEMORY, "out of memory");
}

/* A limit on file sizes and a connection that breaks are errors to be told, not signals to die of. */
static int get_file(cli *a, const char *folder, int i, const sft_remote *file, const char *mirror)
{
    char     path[4400];
    download d = { .a = a, .file = *file, .bar = !a->quiet && isatty(STDERR_FILENO) };
    snprintf(path, sizeof path, "%s/.%s.part", folder, file->file);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    int code = open_part(a, path, &d.out);
    if (code) return code;
    code = fetch(&d, mirror);
    if (code == SFT_OK && sft_remote_keep(a->ctx, file->set, i, path)) code = cli_fail(a);
    if (code) unlink(path);
    fclose(d.out);
    return code;
}

static void say_where(cli *a, const char *set, const char *folder)
{
    cli_json j;
    if (!a->json) {
        printf("%s is in %s — write `data: %s`\n", set, folder, set);
        return;
    }
    cli_json_open(&j, stdout);
    cli_json_begin(&j, NULL, '{');
    cli_json_int(&j, "schema", 1);
    cli_json_text(&j, "set", set);
    cli_json_text(&j, "folder", folder);
    cli_json_end(&j, '}');
    cli_json_close(&j);
}

static int get_set(cli *a, const char *name, const char *mirror)
{
    char       folder[4200];
    sft_remote r;
    if (sft_remote_folder(a->ctx, name, folder, sizeof folder)) return cli_fail(a);
    for (int i = 0; sft_remote_at(name, i, &r); i++) {
        if (sft_remote_kept(a->ctx, name, i)) {
            if (!a->quiet) fprintf(stderr, "%s is there\n", r.file);
            continue;
        }
        int code = get_file(a, folder, i, &r, mirror);
        if (code) return code;
    }
    sft_remote_at(name, 0, &r);
    say_where(a, r.set, folder);
    return SFT_OK;
}

#else

static const char *mirror_of(const cli *a)
{
    (void)a;
    return NULL;
}

static bool begins(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

static bool is_loopback(const char *url)
{
    (void)url;
    return false;
}

static int get_set(cli *a, const char *name, const char *mirror)
{
    char       folder[4200];
    sft_remote r;
    (void)mirror;
    if (sft_remote_folder(a->ctx, name, folder, sizeof folder)) return cli_fail(a);
    sft_remote_at(name, 0, &r);
    return cli_fail_as(
        a, "E270", SFT_IO,
        "this build fetches nothing, as it was made without libcurl (libcurl4-openssl-dev) — fetch %s and its "
        "neighbours into %s yourself",
        r.url[0], folder);
}

#endif

/* ---- the command ----------------------------------------------------------------------------- */

static int list_sets(cli *a)
{
    cli_table   t;
    char        size[32];
    const char *name;
    cli_table_open(&t, "set|>files|>to fetch|state");
    for (int k = 0; (name = sft_remote_set(k)); k++) {
        sft_remote r;
        double     bytes = 0;
        int        files = 0, kept = 0;
        for (; sft_remote_at(name, files, &r); files++) {
            bytes += (double)r.size;
            kept += sft_remote_kept(a->ctx, name, files);
        }
        cli_table_add(&t, "%s", name);
        cli_table_add(&t, "%d", files);
        cli_table_add(&t, "%s", cli_bytes(bytes, size, sizeof size));
        cli_table_add(&t, "%s", kept == files ? "is there" : "not fetched");
    }
    cli_table_print(&t, a, "");
    return SFT_OK;
}

int cli_data_get(cli *a)
{
    const char *mirror = mirror_of(a);
    sft_remote  r;
    if (mirror && !begins(mirror, "https://") && !is_loopback(mirror))
        return cli_usage(a, "the mirror `%s` is no https:// address", mirror);
    if (a->n_sets) return cli_usage(a, "data get takes no `%s`", a->set[0]);
    for (int i = 1; i < a->n_args; i++)
        if (!sft_remote_at(a->arg[i], 0, &r))
            return cli_usage(
                a, "no data set `%s` can be fetched — there are mnist, fashion-mnist and cifar10",
                a->arg[i]);
    if (a->n_args == 1) return list_sets(a);
    for (int i = 1; i < a->n_args; i++) {
        int code = get_set(a, a->arg[i], mirror);
        if (code) return code;
    }
    return SFT_OK;
}
