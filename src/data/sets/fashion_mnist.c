/* SPDX-License-Identifier: MIT */
/* Data source `fashion-mnist`: the four files that `surefoot data get fashion-mnist` fetches. */
#include "data/remote.h"
#include "data/sources.h"

/* The authors' own bucket speaks no HTTPS; their repository holds the same files. */
#define AT(file, bytes, sum)                                                                             \
    {                                                                                                    \
        .name = file, .size = bytes, .sha256 = sum, .url = {                                             \
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/" file, \
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/" file             \
        }                                                                                                \
    }

static const sft_remote_file files[] = {
    AT("train-images-idx3-ubyte.gz", 26421880,
       "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
    AT("train-labels-idx1-ubyte.gz", 29515,
       "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
    AT("t10k-images-idx3-ubyte.gz", 4422102,
       "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
    AT("t10k-labels-idx1-ubyte.gz", 5148,
       "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    { 0 },
};

static const char *const names[] = { "T-shirt/top", "trouser", "pullover", "dress", "coat",
                                     "sandal",      "shirt",   "sneaker",  "bag",   "ankle boot" };

static sft_status open_fashion(sft_ctx *c, const void *conf, const char *place, sft_pos pos,
                               sft_raw *raw)
{
    (void)conf, (void)place;
    if (sft__open_cached(c, "fashion-mnist", &sft__source_idx, pos, raw)) return sft_code(c);
    if (raw->outputs == 10) raw->class_names = names;
    return SFT_OK;
}

const sft_source sft__source_fashion_mnist = {
    .name = "fashion-mnist",
    .aliases = "fashion_mnist fashionmnist fashion",
    .doc =
        "Fashion-MNIST, clothes of 28x28 pixels: 60,000 to train and 10,000 to test; `surefoot data get fashion-mnist` "
        "fetches it, and so does Debian's package dataset-fashion-mnist",
    .open = open_fashion,
    .files = files,
    .packaged = "/usr/share/datasets/fashion-mnist", /* Debian's dataset-fashion-mnist */
};
