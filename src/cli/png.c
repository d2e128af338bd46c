/* SPDX-License-Identifier: MIT */
/* PNG files, by libpng. */
#include "cli.h"
#include "sheet.h"

#include <errno.h>

#ifdef SFT_HAVE_PNG
#include <png.h>
#include <string.h>

int cli_png_write(cli *a, const char *path, const cli_sheet *s)
{
    png_image image = { .version = PNG_IMAGE_VERSION, .format = PNG_FORMAT_RGB };
    FILE     *file = fopen(path, "wb");
    if (!file) return cli_fail_io(a, errno, "%s cannot be written", path);
    image.width = (png_uint_32)s->wide;
    image.height = (png_uint_32)s->high;
    errno = 0;
    int  done = png_image_write_to_stdio(&image, file, 0, s->rgb, 0, NULL),
         error = errno ? errno : EIO;
    bool closed = fclose(file) == 0;
    if (!done || !closed) {
        remove(path);
        return cli_fail_io(a, closed ? error : errno, "%s cannot be written", path);
    }
    return SFT_OK;
}

#else

int cli_png_write(cli *a, const char *path, const cli_sheet *s)
{
    (void)s;
    return cli_fail_as(
        a, "E001", SFT_USAGE,
        "%s cannot be written: this build has no libpng — install libpng-dev and build anew, or leave out -o",
        path);
}

#endif
