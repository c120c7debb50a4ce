# ruff: noqa: E501 - the width of a table is part of the layout
"""Small reports in every layout of ST's tools, about one made-up network.

``toy``: 4 inputs, one dense layer of 3 (15 parameters, 15 MACC) and a nonlinearity (9 MACC).
"""

from __future__ import annotations

RULE = "-" * 60

V5_0 = f"""\
Neural Network Tools for STM32 v1.2.0 (AI tools v5.0.0)
Created date       : 2020-01-02 03:04:05

Exec/report summary (validate err=-1)
{RULE}
error              : TOOL ERROR: Weights do not fit the toy
model file         : C:\\nets\\toy.h5
type               : keras (keras_dump)
c_name             : network
compression        : None
quantize           : None
L2r error          : NOT EVALUATED
workspace dir      : C:\\ws
output dir         : C:\\out
vinput files       : C:\\in.csv

model_name         : toy
model_hash         : 00112233445566778899aabbccddeeff
input              : input_0 [4 items, 16 B, ai_float, FLOAT32, (1, 1, 4)]
input (total)      : 16 B
output             : dense_nl [3 items, 12 B, ai_float, FLOAT32, (3,)]
output (total)     : 12 B
params #           : 15 items (60 B)
macc               : 24
weights (ro)       : 60 (60 B)
activations (rw)   : 2,048 (2.00 KiB)
ram (total)        : 2,076 (2.03 KiB) = 2,048 + 16 + 12

{RULE}
id  layer (type)             output shape  param #  connected to  macc  rom
{RULE}
0   input_0 (Input)          (1, 1, 4)
    dense (Dense)            (1, 1, 3)     15       input_0       15    60
    dense_nl (Nonlinearity)  (1, 1, 3)              dense         9
{RULE}
toy p=15(60 BYTES) macc=24 rom=60 BYTES ram=2.00 KiB io_ram=28 B


Complexity per-layer - macc=24 rom=60
{RULE}
id  layer (type)             macc         rom
{RULE}
0   dense (Dense)            ||||  62.5%  ||||  100.0%
0   dense_nl (Nonlinearity)  |     37.5%  |     0.0%
{RULE}


TOOL ERROR: Weights do not fit the toy

Evaluation report (summary)
{RULE}
NOT EVALUATED
"""

V5_2 = f"""\
Neural Network Tools for STM32 v1.4.0 (AI tools v5.2.0)
Created date       : 2020-12-15 19:52:28
Parameters         : generate -m ./toy q.tflite -o out -n network -c 4

Exec/report summary (generate dur=0.92s err=0)
{RULE}
model file         : /nets/toy q.tflite
type               : tflite (tflite)
c_name             : network
compression        : 4
quantize           : None
workspace dir      : /ws
output dir         : /out

model_name         : toy_q
model_hash         : 00112233445566778899aabbccddeeff
input              : in [4 items, 4 B, ai_i8, scale=0.0078125, zero_point=-1, (1, 1, 4)]
inputs (total)     : 4 B
output             : out [3 items, 4 B, ai_u8, scale=0.00390625, zero_point=0, (3,)]
outputs (total)    : 3 B
params #           : 15 items (24 B)
macc               : 24
weights (ro)       : 24 B (24 B) (-73.13%)
activations (rw)   : 12 B (12 B)
ram (total)        : 19 B (19 B) = 12 + 4 + 3

{RULE}
id  layer (type)        output shape  param #  connected to  macc  rom
{RULE}
0   in (Input)          (1, 1, 4)
    dense (Dense)       (3,)          15       in            15    24 (c)
    out (Nonlinearity)  (3,)                   dense         9
{RULE}
toy_q p=15(24 BYTES) macc=24 rom=24 BYTES (-73.13%) ram=12 B io_ram=7 B



Generated C-graph summary
{RULE}
model name         : toy_q
c-name             : network
c-node #           : 2
c-array #          : 3
activations size   : 12
weights size       : 24
macc               : 24
inputs             : ['in_output_array']
outputs            : ['out_output_array']


C-Arrays (3)
{RULE}
c_id  name (*_array)  item/size  mem-pool     c-type        fmt        comment
{RULE}
0     dense_weights   12/12      weights      const int8_t  c4 (LUT8)
1     in_output       4/4        user         int8_t        int/sa     /input
2     out_output      3/3        user         uint8_t       int/ua     /output
{RULE}


C-Layers (2)
{RULE}
c_id  name (*_layer)  id  type   macc        rom         tensors           shape (array id)
{RULE}
0     dense           0   dense  15          24          I: in_output      [1, 1, 1, 4] (1)
                                                         W: dense_weights
                                                         O: out_output     [1, 1, 1, 3] (2)
{RULE}
1     out             0   nl     9           0           I: out_output     [1, 1, 1, 3] (2)
                                                         O: out_output     [1, 1, 1, 3] (2)
{RULE}


Complexity per-layer - macc=24 rom=24
{RULE}
id  layer (type)        macc         rom
{RULE}
0   dense (Dense)       ||||  62.5%  ||||  100.0%
{RULE}
"""

V6_0 = f"""\
Neural Network Tools for STM32AI v1.4.1 (STM.ai v6.0.0-RC6)
Created date       : 2022-04-15 12:32:07
Parameters         : generate --name network -m D:/toy.h5 --type keras --compression 1 --verbosity 1

Exec/report summary (generate)
{RULE}
model file         : D:\\toy.h5
type               : keras
c_name             : network
compression        : None
quantize           : None
workspace dir      : C:\\ws
output dir         : C:\\out

model_name         : toy
model_hash         : 00112233445566778899aabbccddeeff
input              : input_0 [4 items, 16 B, ai_float, FLOAT32, (2, 2, 1)]
inputs (total)     : 16 B
output             : dense_nl [3 items, 12 B, ai_float, FLOAT32, (1, 1, 3)]
outputs (total)    : 12 B
params #           : 15 items (60 B)
macc               : 24
weights (ro)       : 60 B (60 B)
activations (rw)   : 12 B (12 B)
ram (total)        : 40 B (40 B) = 12 + 16 + 12

Model name - toy ['input_0'] ['dense_nl']
{RULE}{RULE}
id   layer (type)              shape               param/size   macc   connected to   |   c_size   c_macc   c_type
{RULE}{RULE}
0    input_0 (Input)           (h:2, w:2, c:1)                                        |
     dense (Dense)             (c:3)               15/60        15     input_0        |                     dense()[0]
     dense_nl (Nonlinearity)   (c:3)                            9      dense          |                     nl()/o[1]
{RULE}{RULE}
model/c-model: macc=24/24  weights=60/60  activations=--/12 io=--/28



C-Layers (2)
{RULE}
c_id  name (*_layer)  id  layer_ macc        rom         tensors             shape (array id)
{RULE}
0     dense           0   dense  15          60          I: input_0_output   (1, 2, 2, 1) (0)
                                                         W: dense_weights
                                                         O: dense_output     (1, 1, 1, 3) (1)
{RULE}
1     dense_nl        0   nl     9           0           I: dense_output     (1, 1, 1, 3) (1)
                                                         O: dense_nl_output  (1, 1, 1, 3) (2)
{RULE}


Complexity report per layer - macc=24 weights=60 act=12 ram_io=28
{RULE}
id   name       c_macc          c_rom            c_id
{RULE}
0    dense      ||||||  62.5%   ||||||  100.0%   [0]
0    dense_nl   ||      37.5%   |         0.0%   [1]

Generated files (2)
{RULE}
C:\\out\\network_config.h
C:\\out\\network.c
"""

V7_1 = f"""\
Neural Network Tools for STM32AI v1.6.0 (STM.ai v7.1.0-RC3)
Created date          : 2022-10-11 10:08:02
Parameters            : generate --name network -m /nets/toy.tflite --type tflite --compression 1 --verbosity 1

Exec/report summary (generate)
{RULE}
model file            : /nets/toy.tflite
type                  : tflite
c_name                : network
compression           : None
allocator strategy    : ['multi-heaps']
target info           : /ws/mempools.json
workspace dir         : /ws
output dir            : /out
model_name            : toy
model_hash            : 00112233445566778899aabbccddeeff
input 1/1             : 'in'
                        4 items, 4 B, ai_u8, scale=0.00784314, zero_point=127, (1,1,1,4), domain:user/
output 1/2            : 'out'
                        3 items, 3 B, ai_u8, scale=0.00390625, zero_point=0, (1,1,1,3), domain:user/
output 2/2            : 'flag'
                        1 items, 1 B, ai_bool, bool, (1,1,1,1), domain:user/
outputs (total)       : 4 B
params #              : 15 items (24 B)
macc                  : 24
weights (ro)          : 24 B (24 B) / +12(+0.0%) vs original model (1 segment)
activations (rw)      : 12 B (12 B) (1 segment)
ram (total)           : 20 B (20 B) = 12 + 4 + 4

Memory-pools summary (activations/ domain)
{RULE}
name   id       usable size   used          buffer#
{RULE}
pool   0        4.00 MiB      12 B (0.0%)   2
spare  unused   128.00 KiB    -             -
{RULE}
Warning: ['spare'] memory pool is not used

Model name - toy ['in'] ['out', 'flag']
{RULE}{RULE}
id   layer (type)         oshape      param/size   macc   connected to   |   c_size       c_macc        c_type
{RULE}{RULE}
1    wt (Placeholder)     (1,4,1,1)   15/24                              |   -24(-100.0%)
{RULE}{RULE}
0    in (Input)           (1,1,1,4)                                      |
{RULE}{RULE}
1    dense (Gemm)         (1,1,1,3)                15     in             |   +24(+100.0%)               gemm()[0]
                                                          wt             |
     out (Nonlinearity)   (1,1,1,3)                9      dense          |                              nl()/o[1]
{RULE}{RULE}
model/c-model: macc=24/24  weights=24/24  activations=--/12 io=--/8


Complexity report per layer - macc=24 weights=24 act=12 ram_io=8
{RULE}
id   name    c_macc          c_rom            c_id
{RULE}
1    dense   ||||||  62.5%   ||||||  100.0%   [0]
"""

V7_2 = f"""\
Neural Network Tools for STM32AI v1.6.0 (STM.ai v7.2.0-RC5)
Created date          : 2022-11-09 10:24:47
Parameters            : generate -m .\\toy.h5 -c none --series stm32u5 --binary --relocatable -o .\\prv -n network

Exec/report summary (generate)
{RULE}
model file            : C:\\toy.h5
type                  : keras
c_name                : network
compression           : none
allocator strategy    : ['allocate-inputs', 'allocate-outputs']
workspace dir         : C:\\ws
output dir            : C:\\prv
model_name            : toy
model_hash            : 00112233445566778899aabbccddeeff
input 1/1             : 'input_0'
                        4 items, 16 B, ai_float, float, (1,1,1,4), domain:activations/**default**
output 1/1            : 'dense_nl'
                        3 items, 12 B, ai_float, float, (1,1,1,3), domain:activations/**default**
params #              : 15 items (60 B)
macc                  : 24
weights (ro)          : 60 B (60 B) (1 segment)
activations (rw)      : 28 B (28 B) (1 segment) *
ram (total)           : 28 B (28 B) = 28 + 0 + 0

(*) input/output buffers can be used from the activations buffer

Model name - toy ['input_0'] ['dense_nl']
{RULE}{RULE}
id   layer (type,original)            oshape         param/size   macc   connected to   |   c_size   c_macc   c_type
{RULE}{RULE}
0    input_0 (Input, None)            [b:None,c:4]                                      |
     dense (Dense, Dense)             [b:None,c:3]   15/60        15     input_0        |
     dense_nl (Nonlinearity, Dense)   [b:None,c:3]                9      dense          |
{RULE}{RULE}
model/c-model: macc=24/24  weights=60/60  activations=--/28 io=--/0



Complexity report (model)
{RULE}
m_id   name      c_macc          c_rom            c_id
{RULE}
0      input_0   ||||||  62.5%   ||||||  100.0%   [0, 1]
{RULE}
macc=24 weights=60 act=28 ram_io=0

 Runtime memory layout (series="stm32u5")
 {RULE}
 section      size (bytes)
 {RULE}
 header                100*
 txt                 1,244                    network+kernel
 rodata                156                    network+kernel
 data                  600                    network+kernel
 bss                   148                    network+kernel
 got                   148*
 rel                   512*
 weights                 0                    network
 {RULE}
 FLASH size          2,000 + 760* (+5.69%)
 RAM size**            748 + 148* (+7.02%)
 {RULE}
 bin size            2,764                    binary image
 act. size              28                    activations buffer
 {RULE}
 (*)  extra bytes for relocatable support
 (**) Full RAM = RAM + act. + IO if not allocated in activations buffer


Generated files (1)
{RULE}
C:\\prv\\network_rel.bin
"""

V8_1 = """\
Neural Network Tools for STM32 family v1.7.0 (stm.ai v8.1.0-19520)
Created date          : 2024-04-02 14:26:55
Parameters            : generate --name network -m toy.tflite --compression none --target ./pools.json --series stm32h7

Exec/report summary (generate)
-----------------------------------------------------
model file         :   /nets/toy.tflite
type               :   tflite
c_name             :   network
compression        :   none
options            :   allocate-inputs, allocate-outputs
optimization       :   balanced
target/series      :   stm32h7
workspace dir      :   /ws
output dir         :   /out
model_fmt          :   ss/sa per channel
model_name         :   toy
model_hash         :   00112233445566778899aabbccddeeff
params #           :   15 items (24 B)
-----------------------------------------------------
input 1/1          :   'in' (domain:activations/**default**)
                   :   4 items, 4 B, ai_i8, s=0.05725505, zp=33, (1,2,2,1)
output 1/1         :   'out' (domain:activations/**default**)
                   :   3 items, 3 B, ai_i8, s=0.00390625, zp=-128, (1,3)
macc               :   24
weights (ro)       :   24 B (24 B) (1 segment) / -36(-60.0%) vs float model
activations (rw)   :   12 B (12 B) (1 segment) *
ram (total)        :   12 B (12 B) = 12 + 0 + 0
-----------------------------------------------------
(*) 'input'/'output' buffers can be used from the activations buffer

Model name - toy ['in'] ['out']
------ ------------------------------- --------------------- ------------ ------ -------------- --- -------- ---------------- ----------------
m_id   layer (type,original)           oshape                param/size   macc     connected to   | c_size   c_macc           c_type
------ ------------------------------- --------------------- ------------ ------ -------------- --- -------- ---------------- ----------------
0      in (Input, )                    [b:1,h:2,h:2,w:2,c:1]                                      |
------ ------------------------------- --------------------- ------------ ------ -------------- --- -------- ---------------- ----------------
1      dense (Dense, FULLY_CONNECTED)  [b:1,c:3]             15/24            15             in   |          +9(+60.0%)       dense_oi8[o][0]
       out (Nonlinearity, SOFTMAX)     [b:1,c:3]                               9          dense   |          -9(-100.0%)
------ ------------------------------- --------------------- ------------ ------ -------------- --- -------- ---------------- ----------------
model/c-model: macc=24/24  weights=24/24  activations=--/12 io=--/0



Number of operations per c-layer
------- ------ -------------- ----- -------------- -------- ----------
c_id    m_id   name (type)      #op           type   #param   sparsity
------- ------ -------------- ----- -------------- -------- ----------
0       1      dense (dense)     24   smul_s8_s8         15     0.0000
------- ------ -------------- ----- -------------- -------- ----------
total                            24                      15     0.0000

Number of operation types
---------------- ----- -----------
operation type       #           %
---------------- ----- -----------
smul_s8_s8          24      100.0%

Complexity report (model)
------ ------- ------------------------- ------------------------- --------
m_id   name    c_macc                    c_rom                     c_id
------ ------- ------------------------- ------------------------- --------
1      dense   |||||||||||||||| 100.0%   |||||||||||||||| 100.0%   [0]
------ ------- ------------------------- ------------------------- --------
macc=24 weights=24 act=12 ram_io=0

 Requested memory size per segment ("stm32h7" series)
 ----------------------------- ------- -------- ------- -------
 module                           text   rodata    data     bss
 ----------------------------- ------- -------- ------- -------
 NetworkRuntime810_CM7_GCC.a     7,000        0       0       0
 network.o                         500       48   1,400     128
 lib (toolchain)*                   72      328      16       8
 ----------------------------- ------- -------- ------- -------
 RT total**                      7,572      376   1,416     136
 ----------------------------- ------- -------- ------- -------
 *weights*                           0       24       0       0
 *activations*                       0        0       0      12
 *io*                                0        0       0       0
 ----------------------------- ------- -------- ------- -------
 TOTAL                           7,572      400   1,416     148
 ----------------------------- ------- -------- ------- -------
 *  toolchain objects (libm/libgcc*)
 ** RT AI runtime objects (kernels+infrastructure)

  Summary per memory device type
  ---------------------------------------------
  .\\device       FLASH       %     RAM       %
  ---------------------------------------------
  RT total       9,364   99.7%   1,552   99.2%
  ---------------------------------------------
  TOTAL          9,388           1,564
  ---------------------------------------------

Generated files (7)
--------------------------
/out/network_config.h
/out/network.h
/out/network.c
/out/network_data_params.h
/out/network_data_params.c
/out/network_data.h
/out/network_data.c
"""

V2_2 = """\
ST Edge AI Core v2.2.0-20266 2adc00962
Created date          : 2026-07-18 20:05:22
Parameters            : generate --target stm32h7 --name network -m /nets/toy.onnx --compression none --verbosity 1

Exec/report summary (generate)
-----------------------------------------------------
model file         :   /nets/toy.onnx
type               :   onnx
c_name             :   network
compression        :   none
options            :   allocate-inputs, allocate-outputs
optimization       :   balanced
target/series      :   stm32h7
workspace dir      :   /ws
output dir         :   /out
model_fmt          :   sa/sa per tensor
model_name         :   toy
model_hash         :   0x00112233445566778899aabbccddeeff
params #           :   15 items (60 B)
-----------------------------------------------------
input 1/2          :   'in', int8(1x4), 4 Bytes, QLinear(0.003701043,-128,int8), activations
input 2/2          :   'past', f32(1x2x3), 24 Bytes, activations
inputs (total)     :   28 Bytes
output 1/1         :   'out', f32(1x3), 12 Bytes, activations
macc               :   24
weights (ro)       :   60 B (60 B) (1 segment)
activations (rw)   :   40 B (40 B) (1 segment) *
ram (total)        :   40 B (40 B) = 40 + 0 + 0
-----------------------------------------------------
(*) 'input'/'output' buffers are allocated in the activations buffer

Model name - toy
------ ------------------------ ------------ ------------ ------ -------------- --- -------- -------- ------------
m_id   layer (type,original)    oshape       param/size     macc   connected to   | c_size   c_macc   c_type
------ ------------------------ ------------ ------------ ------ -------------- --- -------- -------- ------------
1      wt (Placeholder, Gemm)   [b:3,c:5]    15/60                                | -60(-100.0%)
------ ------------------------ ------------ ------------ ------ -------------- --- -------- -------- ------------
0      in (Input, )             [b:1,c:4]                                         |
       past (Input, )           [b:1,h:2,c:3]                                     |
------ ------------------------ ------------ ------------ ------ -------------- --- -------- -------- ------------
1      dense (Gemm, Gemm)       [b:1,c:3]                     15             in   |                   Dense_[0]
                                                                             wt   |
       out (Nonlinearity, Relu) [b:1,c:3]                      9          dense   |                   Dense_[o][0]
------ ------------------------ ------------ ------------ ------ -------------- --- -------- -------- ------------
model/c-model: macc=24/24  weights=60/60  activations=--/40 io=--/0



Generated C-graph summary
------------------------------------------------------------
model name            : toy
c-name                : network
c-node #              : 1
c-array #             : 2
activations size      : 40
weights size          : 60 (1 segment)
macc                  : 24
inputs                : ['in_output', 'past_output']
outputs               : ['out_output']

C-Arrays (2)
------ ---------------- ----------- ------------------------- ----------- ---------
c_id   name (*_array)   item/size   domain/mem-pool           c-type      comment
------ ---------------- ----------- ------------------------- ----------- ---------
0      dense_weights    15/60       weights/weights           const f32
1      in_output        4/4         activations/**default**   s8          /input
------ ---------------- ----------- ------------------------- ----------- ---------

C-Layers (1)
------ ---------------- ---- ------------ ------- ----- ------------------ ------------------
c_id   name (*_layer)   id   layer_type   macc    rom   tensors            shape (array id)
------ ---------------- ---- ------------ ------- ----- ------------------ ------------------
0      dense            1    Dense        24      60    I: in_output       int8(1x4) (1)
                                                        W: dense_weights   f32(3x5) (0)
                                                        O: out_output      f32(1x3) (2)
------ ---------------- ---- ------------ ------- ----- ------------------ ------------------

Complexity report (model)
------ ------- ------------------------- ------------------------- --------
m_id   name    c_macc                    c_rom                     c_id
------ ------- ------------------------- ------------------------- --------
1      wt      |||||||||||||||| 100.0%   |||||||||||||||| 100.0%   [0]
------ ------- ------------------------- ------------------------- --------
macc=24 weights=60 act=40 ram_io=0

 Requested memory size by section - "stm32h7" target
 ------------------------------ ------- -------- ------- -----
 module                            text   rodata    data   bss
 ------------------------------ ------- -------- ------- -----
 NetworkRuntime1020_CM7_GCC.a     8,000        0       0     0
 network.o                          500       48   1,416   136
 lib (toolchain)*                    72      328       0     0
 ------------------------------ ------- -------- ------- -----
 RT total**                       8,572      376   1,416   136
 ------------------------------ ------- -------- ------- -----
 weights                              0       64       0     0
 activations                          0        0       0    40
 states                               0        0       0     8
 io                                   0        0       0     0
 ------------------------------ ------- -------- ------- -----
 TOTAL                            8,572      440   1,416   184
 ------------------------------ ------- -------- ------- -----
 *  toolchain objects (libm/libgcc*)
 ** RT AI runtime objects (kernels+infrastructure)

  Summary - "stm32h7" target
  ---------------------------------------------------
               FLASH (ro)     %*   RAM (rw)       %
  ---------------------------------------------------
  RT total         10,364   99.4%      1,552   97.0%
  ---------------------------------------------------
  TOTAL            10,428              1,600
  ---------------------------------------------------
  *  rt/total


Generated files (2)
--------------------
/out/network_data_params.h
/out/network.c
"""

VALIDATE_BODY = """\

Setting validation data...
 generating random data, size=10, seed=42, range=(0, 1)
   I[1]: (10, 4)/float32, min/max=[0.0, 1.0], mean/std=[0.5, 0.3]
 no output/reference samples are provided

Running the ST.AI c-model (AI RUNNER)...(name=network, mode=TARGET)

 PROTOBUF/Nanopb driver v1 - serial /dev/ttyACM0:115200

  Summary 'network' - ['network']
  ------------------------------------------------------------------
  I[1/1] 'in'         :   f32[1,4], 16 Bytes, in activations buffer
  O[1/1] 'out'        :   f32[1,3], 12 Bytes, in activations buffer
  n_nodes             :   2
  activations         :   40
  weights             :   60
  macc                :   24
  ------------------------------------------------------------------
  protocol            :   Proto-buffer driver v2.0
  tools               :   ST.AI (legacy api) v2.2.0
  runtime lib         :   v10.2.0
  device.desc         :   stm32 family - 0x450 - STM32H743 @480/240MHz
  device.attrs        :   fpu, core_icache, core_dcache
  ------------------------------------------------------------------

  ST.AI Profiling results v2.0 - "network"
  ------------------------------------------------------------------
  nb sample(s)   :   10
  duration       :   1.250 ms by sample (1.249/1.251/0.001)
  macc           :   24
  cycles/MACC    :   25.00
  CPU cycles     :   [600,000]
  used stack/heap:   1,064/24 bytes
  ------------------------------------------------------------------

   Inference time per node
   ----------------------------------------------------------------------------
   c_id    m_id   type               dur (ms)       %    cumul  CPU cycles  name
   ----------------------------------------------------------------------------
   0       1      Dense (0x104)         1.000   80.0%    80.0%  [ 480,000 ]  dense
   1       1      Nonlinearity (0x107)  0.200   16.0%    96.0%  [  96,000 ]  out
   n/a     n/a    Inter-nodal           0.050    4.0%   100.0%  [  24,000 ]  n/a
   ----------------------------------------------------------------------------
   total                                1.250                   [ 600,000 ]
   ----------------------------------------------------------------------------

Computing the metrics...

 Cross accuracy report #1 (reference vs C-model)
 ----------------------------------------------------------------------
 notes: - the output of the reference model is used as ground truth

  acc=99.50% rmse=0.000000045 mae=0.000000003 l2r=0.000001730 mean=-0.000000 std=0.000000 nse=1.000000 cos=1.000000

Evaluation report (summary)
----------------------------------------------------------------------------------------------------------
Output              acc      rmse          mae           l2r           mean        std        nse        cos        snr    tensor
----------------------------------------------------------------------------------------------------------
TARGET c-model #1   98.00%   0.250000000   0.125000000   0.062500000   0.015000    0.031000   0.900000   0.990000   30.0   'out', 10 x f32(1x3), m_id=[1]
original model #1   n.a.     0.250000000   0.125000000   0.062500000   0.015000    0.031000   0.900000   0.990000   30.0   'out', 10 x f32(1x3), m_id=[1]
X-cross #1          99.50%   0.000000045   0.000000003   0.000001730   -0.000000   0.000000   1.000000   1.000000   130.0  'out', 10 x f32(1x3), m_id=[1]
----------------------------------------------------------------------------------------------------------

 acc  : Accuracy (class, axis=-1)
"""

NEURAL_ART_HEAD = """\
ST Edge AI Core v2.1.0-20194 329b0e98d
Created date          : 2025-05-26 18:11:11
Parameters            : generate --model toy.tflite --target stm32n6 --st-neural-art default@user.json

Model name - toy
------ ------------------- ----------- ------------ ------ --------------
m_id   layer (original)    oshape      param/size     macc   connected to
------ ------------------- ----------- ------------ ------ --------------
0      in ()               [b:1,c:4]
------ ------------------- ----------- ------------ ------ --------------
1      dense (CONV_2D)     [b:1,c:3]   15/24            15             in
       out (SOFTMAX)       [b:1,c:3]                     9          dense
------ ------------------- ----------- ------------ ------ --------------
model: macc=24 weights=24 activations=-- io=--



Compilation details
-------------------------------------------------------------------------------------
Compiler version: 1.1.0-31
Compiler arguments:  -i toy_OE.onnx -g network.c --mpool user.mpool
=====================================================================================

"""

NEURAL_ART_2 = (
    NEURAL_ART_HEAD
    + "Memory usage information \n"
    + "-" * 85
    + """
\tnpuRAM5    [0x342E0000 - 0x34350000]:    240.000 kB /    448.000 kB  ( 53.57 % used) -- weights:          0  B (  0.00 % used)  activations:    240.000 kB ( 53.57 % used)
\toctoFlash  [0x71000000 - 0x78000000]:      3.148 MB /    112.000 MB  (  2.81 % used) -- weights:      3.148 MB (  2.81 % used)  activations:          0  B (  0.00 % used)
---
Total:                                             3.382 MB                                  -- weights:      3.148 MB                  activations:    240.000 kB
=====================================================================================

Memory to be allocated by the user: inputs (192.000 kB), outputs (294.000 kB)
\tInput [0]:    192.000 kB
\tOutput[0]:    294.000 kB
=====================================================================================

Used memory ranges
-------------------------------------------------------------------------------------
\tnpuRAM5    [0x342E0000 - 0x34350000]: 0x342E0000-0x3431C000
=====================================================================================

Epochs details
-------------------------------------------------------------------------------------
Total number of epochs: 4 of which 1 implemented in software
---
epoch ID   HW/SW/EC Operation (SW only)
epoch 1       HW
epoch 2      -SW-   (     Transpose      )
epoch 3       EC
epoch 4       ??
=====================================================================================
 Requested memory size by section - "stm32n6npu" target
 ------------------------------- ------- ---------- ------ ----------
 module                             text     rodata   data        bss
 ------------------------------- ------- ---------- ------ ----------
 network.o                         1,000      2,000      0        500
 NetworkRuntime1010_CM55_GCC.a     5,000          0     10          0
 lib (toolchain)*                    900        600      0          0
 ------------------------------- ------- ---------- ------ ----------
 RT total**                        6,900      2,600     10        500
 ------------------------------- ------- ---------- ------ ----------
 weights                               0  3,300,769      0          0
 activations                           0          0      0    245,760
 io                                    0          0      0    497,664
 ------------------------------- ------- ---------- ------ ----------
 TOTAL                             6,900  3,303,369     10    743,924
 ------------------------------- ------- ---------- ------ ----------
"""
)

NEURAL_ART_3 = (
    NEURAL_ART_HEAD.replace("v2.1.0-20194 329b0e98d", "v3.0.0-20426 123672867")
    + "Memory usage information  (input/output buffers are included in activations)\n"
    + "-" * 85
    + """
\tflexMEM    [0x34000000 - 0x34000000]:          0  B /          0  B  (  0.00 % used) -- weights:          0  B (  0.00 % used)  activations:          0  B (  0.00 % used)
\tnpuRAM5    [0x342E0000 - 0x34350000]:    240.000 kB /    448.000 kB  ( 53.57 % used) -- weights:          0  B (  0.00 % used)  activations:    240.000 kB ( 53.57 % used)
\toctoFlash  [0x71000000 - 0x78000000]:    207.626 kB /    112.000 MB  (  0.18 % used) -- weights:    207.626 kB (  0.18 % used)  activations:          0  B (  0.00 % used)
---
Total:                                           447.626 kB                                  -- weights:    207.626 kB                  activations:    240.000 kB
=====================================================================================

Epochs details
-------------------------------------------------------------------------------------
Total number of epochs                               2
>> pure software (SW) epochs                         1
>> hybrid epochs (using both software and hardware)  0
>> pure hardware (HW or EC) epochs                   1  (implemented in 0 epoch controller blobs/meta epochs)
---
+----------+------+---------+
| epoch ID | Type | Details |
+----------+------+---------+
| epoch_7  |  HW  |         |
| epoch_8  |  SW  | Softmax |
+----------+------+---------+
=====================================================================================
"""
)

TRAILER = """\

Total Flash: 10424 B (10.18 KiB)
    Weights: 60 B
    Library: 10364 B (10.12 KiB)
Total Ram: 1592 B (1.55 KiB)
    Activations: 40 B
    Library: 1552 B (1.52 KiB)
    Input: 28 B (included in Activations)
    Output: 12 B (included in Activations)
Done

Analyze complete on AI model
"""


def validate_report() -> str:
    """The report of a validation on a board."""
    text = V2_2.replace("(generate)", "(validate)").replace(
        ": generate --target", ": validate --target"
    )
    head, _, rest = text.partition(" Requested memory size")
    assert rest
    return head.rstrip() + "\n" + VALIDATE_BODY


def console_capture(text: str) -> str:
    """What the console shows while such a report is written: indent, colors, progress, CubeMX."""
    lines = text.split(" Requested memory size")[0].splitlines()
    shown = [
        "C:/tools/stedgeai.exe analyze --target stm32h7 --name network -m /nets/toy.onnx",
        lines[0],
    ]
    for number, line in enumerate(lines[4:]):
        shown += [
            "",
            f"\x1b[32mPASS:  {number % 100}%|###       | {number}/171 [00:00<00:05, 33.23it/s]\x1b[0m",
            " " * 40,
            f"PASS: 1%|\rPASS: 2%|\r {line}",
        ]
    shown += [
        "Creating txt report file /out/network_analyze_report.txt",
        "elapsed time (analyze): 1.2s",
    ]
    return "\n".join(shown) + "\n" + TRAILER


LAYOUTS: dict[str, str] = {
    "5.0": V5_0,
    "5.2": V5_2,
    "6.0": V6_0,
    "7.1": V7_1,
    "7.2": V7_2,
    "8.1": V8_1,
    "2.2": V2_2,
    "validate": validate_report(),
    "console": console_capture(V2_2),
    "neural-art-2": NEURAL_ART_2,
    "neural-art-3": NEURAL_ART_3,
}
