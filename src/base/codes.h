/* SPDX-License-Identifier: MIT */
/* Every error code that users may meet: its number is stable, its status gives the exit code. */
#ifndef SFT_BASE_CODES_H
#define SFT_BASE_CODES_H

#define SFT_CODE_MAP(X)                                                                            \
    X(001, USAGE, "unknown command or flag")                                                       \
    X(002, USAGE, "a library call was given what it cannot use")                                   \
    X(003, INTERNAL, "a bug in surefoot")                                                          \
    X(004, MEMORY, "out of memory")                                                                \
    X(100, RECIPE, "recipe is empty")                                                              \
    X(101, RECIPE, "recipe is not UTF-8")                                                          \
    X(102, RECIPE, "tab used for indentation")                                                     \
    X(103, RECIPE, "YAML syntax")                                                                  \
    X(104, RECIPE, "key given twice")                                                              \
    X(105, RECIPE, "aliases are off")                                                              \
    X(106, RECIPE, "nested too deep")                                                              \
    X(107, RECIPE, "recipe too large")                                                             \
    X(108, RECIPE, "tags are not allowed")                                                         \
    X(109, RECIPE, "second document")                                                              \
    X(110, RECIPE, "unknown key")                                                                  \
    X(111, RECIPE, "wrong type")                                                                   \
    X(112, RECIPE, "must be finite")                                                               \
    X(113, RECIPE, "out of range")                                                                 \
    X(114, RECIPE, "section missing")                                                              \
    X(115, RECIPE, "syntax of the stack or of name key=value")                                     \
    X(120, RECIPE, "two layers with one name")                                                     \
    X(121, RECIPE, "edge to an unknown layer")                                                     \
    X(122, RECIPE, "cycle in the graph")                                                           \
    X(123, RECIPE, "shapes do not fit")                                                            \
    X(124, RECIPE, "kernel larger than input")                                                     \
    X(125, RECIPE, "groups do not divide channels")                                                \
    X(126, RECIPE, "spatial size is not whole")                                                    \
    X(127, RECIPE, "too many parameters")                                                          \
    X(128, MEMORY, "memory plan does not fit")                                                     \
    X(129, RECIPE, "outputs and classes differ")                                                   \
    X(131, RECIPE, "warm-up longer than training")                                                 \
    X(132, RECIPE, "unknown name")                                                                 \
    X(133, RECIPE, "augmentation does not fit the samples")                                        \
    X(140, RECIPE, "a sweep's key is not in the recipe")                                           \
    X(141, RECIPE, "range is empty, or logarithmic from zero")                                     \
    X(142, RECIPE, "grid over a range without steps")                                              \
    X(143, RECIPE, "sweep space is empty")                                                         \
    X(144, USAGE, "override of an unknown key")                                                    \
    X(145, USAGE, "override of the wrong type")                                                    \
    X(146, RECIPE, "nothing to vary")                                                              \
    X(147, RECIPE, "a budget of zero")                                                             \
    X(150, RECIPE, "recipe is a directory")                                                        \
    X(151, RECIPE, "recipe cannot be read")                                                        \
    X(152, RECIPE, "no such recipe")                                                               \
    X(153, RECIPE, "recipe of a newer schema")                                                     \
    X(200, DATA, "data file missing")                                                              \
    X(201, DATA, "data file cannot be read")                                                       \
    X(202, DATA, "data set does not fit the request")                                              \
    X(210, DATA, "IDX magic")                                                                      \
    X(211, DATA, "IDX length")                                                                     \
    X(212, DATA, "IDX dimensions overflow")                                                        \
    X(213, DATA, "images and labels differ in number")                                             \
    X(214, DATA, "gzip truncated")                                                                 \
    X(215, DATA, "gzip checksum")                                                                  \
    X(216, DATA, "gzip bomb")                                                                      \
    X(218, DATA, "CIFAR length")                                                                   \
    X(220, DATA, "NPY holds Python objects")                                                       \
    X(221, DATA, "NPY type")                                                                       \
    X(222, DATA, "NPY in Fortran order, too large")                                                \
    X(223, DATA, "NPY header or length")                                                           \
    X(224, DATA, "ZIP encrypted")                                                                  \
    X(225, DATA, "ZIP member twice")                                                               \
    X(226, DATA, "ZIP members overlap")                                                            \
    X(227, DATA, "ZIP name leads out")                                                             \
    X(228, DATA, "ZIP damaged")                                                                    \
    X(229, DATA, "ZIP bomb")                                                                       \
    X(230, DATA, "CSV row of another length")                                                      \
    X(231, DATA, "CSV field is not a number")                                                      \
    X(232, DATA, "CSV value missing")                                                              \
    X(233, DATA, "CSV has a NUL byte")                                                             \
    X(234, DATA, "CSV line too long")                                                              \
    X(235, DATA, "CSV line ends mixed")                                                            \
    X(236, DATA, "CSV lone quote")                                                                 \
    X(237, DATA, "CSV has too many columns")                                                       \
    X(240, DATA, "label out of range")                                                             \
    X(241, DATA, "one class only")                                                                 \
    X(245, DATA, "no samples")                                                                     \
    X(246, DATA, "fewer samples than a batch")                                                     \
    X(247, DATA, "data value not finite")                                                          \
    X(250, DATA, "image cut off")                                                                  \
    X(251, DATA, "image checksum")                                                                 \
    X(252, DATA, "image too large")                                                                \
    X(253, DATA, "not an image")                                                                   \
    X(254, DATA, "image damaged")                                                                  \
    X(255, DATA, "image for print")                                                                \
    X(256, DATA, "JPEG of too many scans")                                                         \
    X(258, DATA, "folder leads into itself")                                                       \
    X(259, DATA, "folder cannot be read")                                                          \
    X(260, CHECKPOINT, "data changed since the checkpoint")                                        \
    X(261, IO, "file truncated while in use")                                                      \
    X(270, IO, "cannot fetch")                                                                     \
    X(271, DATA, "fetched file is another")                                                        \
    X(299, CHECKPOINT, "no checkpoint")                                                            \
    X(300, CHECKPOINT, "checkpoint is empty")                                                      \
    X(301, CHECKPOINT, "not a safetensors file")                                                   \
    X(302, CHECKPOINT, "checkpoint truncated")                                                     \
    X(303, CHECKPOINT, "header longer than the file")                                              \
    X(304, CHECKPOINT, "header over 64 MiB")                                                       \
    X(305, CHECKPOINT, "header is not JSON")                                                       \
    X(306, CHECKPOINT, "tensor named twice")                                                       \
    X(307, CHECKPOINT, "hole between tensors")                                                     \
    X(308, CHECKPOINT, "tensors overlap")                                                          \
    X(309, CHECKPOINT, "tensor misaligned")                                                        \
    X(310, CHECKPOINT, "unknown data type")                                                        \
    X(311, CHECKPOINT, "dimensions overflow")                                                      \
    X(312, CHECKPOINT, "hash differs")                                                             \
    X(313, CHECKPOINT, "tensors do not fit the recipe")                                            \
    X(314, CHECKPOINT, "optimiser changed")                                                        \
    X(315, CHECKPOINT, "checkpoint of a newer format")                                             \
    X(316, CHECKPOINT, "weights not finite")                                                       \
    X(317, CHECKPOINT, "recipe changed since the checkpoint")                                      \
    X(320, LOCKED, "run folder in use")                                                            \
    X(330, IO, "no space left")                                                                    \
    X(331, IO, "folder is read-only")                                                              \
    X(332, IO, "quota exceeded")                                                                   \
    X(333, IO, "input or output error")                                                            \
    X(342, CHECKPOINT, "sweep database damaged or newer")                                          \
    X(343, RECIPE, "sweep changed since it began")                                                 \
    X(344, LOCKED, "sweep in use")                                                                 \
    X(345, USAGE, "not with this sweep")                                                            \
    X(346, SWEEP, "a training of a lab cannot be used")                                            \
    X(350, TRAINING, "loss is not finite")                                                         \
    X(351, TRAINING, "gradient is not finite")                                                     \
    X(352, INTERNAL, "a fast kernel and its reference differ")                                     \
    X(360, TRAINING, "stopped at a fault")

typedef enum sft_ecode {
    SFT_ENONE = 0,
#define X(number, status, text) SFT_E##number,
    SFT_CODE_MAP(X)
#undef X
} sft_ecode;

#endif
