"""The names in Meta's own `sam3.pt`, and what they are called here."""

from __future__ import annotations

from sam3_annotator.model.checkpoint.rename import Operation, RenameTable, Row

SPLIT, JOIN, FLATTEN = Operation.SPLIT, Operation.JOIN, Operation.FLATTEN

VISION = "detector.backbone.vision_backbone"
TEXT = "detector.backbone.language_backbone"
GEOMETRY = "detector.geometry_encoder"
FUSION = "detector.transformer.encoder"
DECODER = "detector.transformer.decoder"
SEGMENTATION = "detector.segmentation_head"
PROMPTS = "tracker.sam_prompt_encoder"
MASKS = "tracker.sam_mask_decoder"

OFFICIAL = RenameTable(
    rows=(
        # Image encoder and necks
        Row(f"{VISION}.trunk.patch_embed.proj.weight", "vision_backbone.patch_embed.weight"),
        Row(f"{VISION}.trunk.*", "vision_backbone.*"),
        Row(f"{VISION}.{{convs,sam2_convs}}.#.*", "neck.{detector,interactive}.#.*"),
        # Text encoder
        Row(f"{TEXT}.encoder.transformer.resblocks.#.attn.in_proj_*", "text_encoder.blocks.#.attn.in_proj.*"),
        Row(f"{TEXT}.encoder.transformer.resblocks.*", "text_encoder.blocks.*"),
        Row(f"{TEXT}.encoder.*", "text_encoder.*"),
        Row(f"{TEXT}.resizer.*", "text_encoder.resizer.*"),
        # Geometry encoder
        Row(f"{GEOMETRY}.encode.#.self_attn.in_proj_*", "geometry_encoder.layers.#.self_attn.{q,k,v}_proj.*", SPLIT),
        Row(
            f"{GEOMETRY}.encode.#.cross_attn_image.in_proj_*",
            "geometry_encoder.layers.#.cross_attn_image.{q,k,v}_proj.*",
            SPLIT,
        ),
        Row(f"{GEOMETRY}.encode.*", "geometry_encoder.layers.*"),
        Row(f"{GEOMETRY}.*", "geometry_encoder.*"),
        # Fusion encoder
        Row(f"{FUSION}.layers.#.self_attn.in_proj_*", "fusion_encoder.layers.#.self_attn.{q,k,v}_proj.*", SPLIT),
        Row(
            f"{FUSION}.layers.#.cross_attn_image.in_proj_*",
            "fusion_encoder.layers.#.cross_attn_image.{q,k,v}_proj.*",
            SPLIT,
        ),
        Row(f"{FUSION}.*", "fusion_encoder.*"),
        # Query decoder
        Row(f"{DECODER}.layers.#.self_attn.in_proj_*", "decoder.layers.#.self_attn.{q,k,v}_proj.*", SPLIT),
        Row(f"{DECODER}.layers.#.ca_text.in_proj_*", "decoder.layers.#.text_attn.{q,k,v}_proj.*", SPLIT),
        Row(f"{DECODER}.layers.#.cross_attn.in_proj_*", "decoder.layers.#.image_attn.{q,k,v}_proj.*", SPLIT),
        Row(
            f"{DECODER}.layers.#.{{self_attn,ca_text,cross_attn}}.out_proj.*",
            "decoder.layers.#.{self_attn,text_attn,image_attn}.out_proj.*",
        ),
        Row(
            f"{DECODER}.layers.#.{{norm2,catext_norm,norm1,norm3}}.*",
            "decoder.layers.#.{self_norm,text_norm,image_norm,mlp_norm}.*",
        ),
        Row(f"{DECODER}.boxRPB_embed_{{x,y}}.*", "decoder.box_bias_{x,y}.*"),
        Row(f"{DECODER}.*", "decoder.*"),
        # Scores and masks of the concept path
        Row("detector.dot_prod_scoring.prompt_mlp.out_norm.*", "scoring.out_norm.*"),
        Row("detector.dot_prod_scoring.*", "scoring.*"),
        Row(f"{SEGMENTATION}.mask_predictor.mask_embed.*", "segmentation_head.mask_embed.*"),
        Row(
            f"{SEGMENTATION}.cross_attend_prompt.in_proj_*",
            "segmentation_head.cross_attend_prompt.{q,k,v}_proj.*",
            SPLIT,
        ),
        Row(f"{SEGMENTATION}.*", "segmentation_head.*"),
        # Interactive head
        Row("tracker.no_mem_embed", "no_memory_embedding", FLATTEN),
        Row(f"{PROMPTS}.pe_layer.*", "prompt_encoder.*"),
        Row(f"{PROMPTS}.point_embeddings.{{0,1,2,3}}.weight", "prompt_encoder.point_embeddings", JOIN),
        Row(f"{PROMPTS}.{{not_a_point,no_mask}}_embed.weight", "prompt_encoder.{not_a_point,no_mask}_embed"),
        Row(f"{PROMPTS}.*", "prompt_encoder.*"),
        Row(
            f"{MASKS}.{{obj_score_token,iou_token,mask_tokens}}.weight",
            "mask_decoder.{obj_score_token,iou_token,mask_tokens}",
        ),
        Row(f"{MASKS}.transformer.layers.#.mlp.lin{{1,2}}.*", "mask_decoder.transformer.layers.#.mlp.layers.{0,1}.*"),
        Row(f"{MASKS}.*", "mask_decoder.*"),
    ),
    unneeded=(
        f"{VISION}.trunk.blocks.#.attn.freqs_cis",  # the angles of the rotary positions, which are computed here
        f"{VISION}.trunk.blocks.#.attn.freqs_cis_*",  # the same, real and imaginary part each by itself
        f"{VISION}.convs.3.*",  # a fourth, coarsest level that nothing reads
        f"{VISION}.sam2_convs.3.*",
        f"{VISION}.propagation_convs.*",  # video (SAM 3.1)
        f"{TEXT}.encoder.text_projection",  # one feature per phrase, which only pre-training wanted
        f"{GEOMETRY}.points_*",  # clicks as exemplars, which the released model does not take
        f"{SEGMENTATION}.pixel_decoder.conv_layers.2.*",  # three maps are merged in two steps
        f"{SEGMENTATION}.pixel_decoder.norms.2.*",
        # Video: memory of earlier frames
        "tracker.maskmem_*",
        "tracker.mask_downsample.*",
        "tracker.transformer.*",
        "tracker.obj_ptr_*",
        "tracker.no_mem_pos_enc",
        "tracker.no_obj_ptr",
        "tracker.no_obj_embed_spatial",
        "tracker.model.*",  # SAM 3.1
    ),
    concepts=(TEXT, GEOMETRY, FUSION, DECODER, "detector.dot_prod_scoring", SEGMENTATION),
    clicks=(PROMPTS, MASKS, "tracker.no_mem_embed"),
)
