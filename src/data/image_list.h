/* SPDX-License-Identifier: MIT */
/* A folder of images: a folder a class, perhaps below train, val and test. */
#ifndef SFT_DATA_IMAGE_LIST_H
#define SFT_DATA_IMAGE_LIST_H

#include "data/data.h"

typedef struct sft_image_file {
    const char *path;
    int32_t     label;
    int32_t     split; /* sft_split */
} sft_image_file;

typedef struct sft_image_list {
    sft_arena      *arena; /* of the paths and names */
    const char    **class_names;
    int64_t         classes;
    sft_image_file *file; /* by split, class and path */
    int64_t         n, room;
    int64_t         count[SFT_SPLITS];
    int64_t         strays; /* files that are no images */
    const char     *stray;  /* the first of them */
} sft_image_list;

/* Finds the images. A class is a folder; its images may lie in folders below. Classes are numbered by name, those of the
 * training folder count. Missing folder: E200, none readable: E259, a folder within itself: E258, a class only in val or
 * test: E240, no images: E245; files that are no images: W257. */
sft_status sft__images_find(sft_ctx *c, sft_arena *a, sft_pos pos, const char *folder,
                            sft_image_list *list);
void       sft__images_free(sft_ctx *c, sft_image_list *list);

#endif
