# SPDX-License-Identifier: MIT
# Mutants: programs with one planted defect, which the right lab must find (tests/test_lab_mutants.sh). One source file is changed by
# text and linked in front of the library, so that its members stand in for the library's.

# sft_add_mutant(NAME FILE FROM TO): every FROM in src/FILE becomes TO; FROM must be there.
function(sft_add_mutant name file from to)
    set(source "${PROJECT_SOURCE_DIR}/src/${file}")
    cmake_path(GET file FILENAME base)
    set(mutated "${PROJECT_BINARY_DIR}/mutants/${name}/${base}")
    file(READ "${source}" text)
    string(FIND "${text}" "${from}" at)
    if(at LESS 0)
        message(FATAL_ERROR "Mutant ${name}: src/${file} has no `${from}` any more - plant the defect where it is now")
    endif()
    string(REPLACE "${from}" "${to}" text "${text}")
    file(CONFIGURE OUTPUT "${mutated}" CONTENT "${text}" @ONLY)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
    add_executable(mutant-${name} "${mutated}" $<TARGET_OBJECTS:surefoot-cli-objects>)
    sft_link_internal(mutant-${name})
    sft_link_program(mutant-${name})
    set_target_properties(mutant-${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/mutants")
endfunction()

sft_add_mutant(kaiming-gain init/kaiming.c "return gain / sqrt(" "return gain * 0.70710678118654752 / sqrt(") # 1 instead of 2 in the variance
sft_add_mutant(batchnorm-averages ops/batchnorm.c "k->track && i < slices(n)" "k->track && i < 0")  # running averages stay as they began
sft_add_mutant(dropout-scale ops/dropout.c "(real)(1 / (1 - k->p))" "(real)(k->p < 2)")             # 1 instead of 1 / (1 - p)
sft_add_mutant(adamw-l2 optim/optimizer_adamw.c "sft__chain_decay(a, links, sft__chain_adam(a, links, 0, k), k->weight_decay)"
               "sft__chain_adam(a, links, sft__chain_l2(a, links, 0, k->weight_decay), k)")         # decay through Adam's scaling
sft_add_mutant(momentum-sum optim/transforms/momentum.c "m[i] = mu * m[i] + keep * g[i]" "m[i] = 0 * mu * m[i] + keep * g[i]") # the sum is forgotten
