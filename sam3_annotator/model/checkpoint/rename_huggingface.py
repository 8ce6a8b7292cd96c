"""The names in the safetensors files of Hugging Face's `facebook/sam3`, and what they are called here."""

from __future__ import annotations

from sam3_annotator.model.checkpoint.rename import Operation, RenameTable, Row

JOIN, FLATTEN, BELOW_CLASS_ROW = Operation.JOIN, Operation.FLATTEN, Operation.BELOW_CLASS_ROW

VISION = "detector_model.vision_encoder.backbone"
TEXT = "detector_model.text_encoder.text_model"
GEOMETRY = "detector_model.geometry_encoder"
FUSION = "detector_model.detr_encoder"
DECODER = "detector_model.detr_decoder"
SCORING = "detector_model.dot_product_scoring"
SEGMENTATION = "detector_model.mask_decoder"
PROMPTS = "tracker_model.prompt_encoder"
MASKS = "tracker_model.mask_decoder"


def _neck(theirs: str, ours: str) -> tuple[Row, ...]:
    return (
        Row(f"{theirs}.0.scale_layers.{{0,2}}.*", f"{ours}.0.dconv_2x2_{{0,1}}.*"),
        Row(f"{theirs}.1.scale_layers.0.*", f"{ours}.1.dconv_2x2.*"),
        Row(f"{theirs}.#.proj{{1,2}}.*", f"{ours}.#.conv_{{1x1,3x3}}.*"),
    )


def _encoder_layers(theirs: str, ours: str) -> tuple[Row, ...]:
    return (
        Row(f"{theirs}.#.{{self_attn,cross_attn}}.o_proj.*", f"{ours}.#.{{self_attn,cross_attn_image}}.out_proj.*"),
        Row(f"{theirs}.#.{{self_attn,cross_attn}}.*", f"{ours}.#.{{self_attn,cross_attn_image}}.*"),
        Row(f"{theirs}.#.layer_norm{{1,2,3}}.*", f"{ours}.#.norm{{1,2,3}}.*"),
        Row(f"{theirs}.#.mlp.fc{{1,2}}.*", f"{ours}.#.linear{{1,2}}.*"),
    )


def _mlp_of_the_mask_decoder(name: str) -> tuple[Row, ...]:
    return (Row(f"{MASKS}.{name}.{{proj_in,layers.0,proj_out}}.*", f"mask_decoder.{name}.layers.{{0,1,2}}.*"),)


HUGGING_FACE = RenameTable(
    rows=(
        # Image encoder and necks
        Row(f"{VISION}.embeddings.position_embeddings", "vision_backbone.pos_embed", BELOW_CLASS_ROW),
        Row(f"{VISION}.embeddings.patch_embeddings.projection.weight", "vision_backbone.patch_embed.weight"),
        Row(f"{VISION}.layer_norm.*", "vision_backbone.ln_pre.*"),
        Row(f"{VISION}.layers.#.layer_norm{{1,2}}.*", "vision_backbone.blocks.#.norm{1,2}.*"),
        Row(f"{VISION}.layers.#.attention.{{q,k,v}}_proj.*", "vision_backbone.blocks.#.attn.qkv.*", JOIN),
        Row(f"{VISION}.layers.#.attention.o_proj.*", "vision_backbone.blocks.#.attn.proj.*"),
        Row(f"{VISION}.layers.#.mlp.*", "vision_backbone.blocks.#.mlp.*"),
        *_neck("detector_model.vision_encoder.neck.fpn_layers", "neck.detector"),
        *_neck("tracker_neck.fpn_layers", "neck.interactive"),
        # Text encoder
        Row(f"{TEXT}.embeddings.token_embedding.weight", "text_encoder.token_embedding.weight"),
        Row(f"{TEXT}.embeddings.position_embedding.weight", "text_encoder.positional_embedding"),
        Row(f"{TEXT}.encoder.layers.#.self_attn.{{q,k,v}}_proj.*", "text_encoder.blocks.#.attn.in_proj.*", JOIN),
        Row(f"{TEXT}.encoder.layers.#.self_attn.out_proj.*", "text_encoder.blocks.#.attn.out_proj.*"),
        Row(f"{TEXT}.encoder.layers.#.layer_norm{{1,2}}.*", "text_encoder.blocks.#.ln_{1,2}.*"),
        Row(f"{TEXT}.encoder.layers.#.mlp.{{fc1,fc2}}.*", "text_encoder.blocks.#.mlp.{c_fc,c_proj}.*"),
        Row(f"{TEXT}.final_layer_norm.*", "text_encoder.ln_final.*"),
        Row("detector_model.text_projection.*", "text_encoder.resizer.*"),
        # Geometry encoder
        *_encoder_layers(f"{GEOMETRY}.layers", "geometry_encoder.layers"),
        Row(f"{GEOMETRY}.{{vision,prompt,output}}_layer_norm.*", "geometry_encoder.{img_pre_norm,norm,encode_norm}.*"),
        Row(f"{GEOMETRY}.*", "geometry_encoder.*"),
        # Fusion encoder
        *_encoder_layers(f"{FUSION}.layers", "fusion_encoder.layers"),
        # Query decoder
        Row(
            f"{DECODER}.layers.#.{{self,text_cross,vision_cross}}_attn.o_proj.*",
            "decoder.layers.#.{self,text,image}_attn.out_proj.*",
        ),
        Row(f"{DECODER}.layers.#.{{self,text_cross,vision_cross}}_attn.*", "decoder.layers.#.{self,text,image}_attn.*"),
        Row(
            f"{DECODER}.layers.#.{{self_attn,text_cross_attn,vision_cross_attn,mlp}}_layer_norm.*",
            "decoder.layers.#.{self,text,image,mlp}_norm.*",
        ),
        Row(f"{DECODER}.layers.#.mlp.fc{{1,2}}.*", "decoder.layers.#.linear{1,2}.*"),
        Row(f"{DECODER}.ref_point_head.layer{{1,2}}.*", "decoder.ref_point_head.layers.{0,1}.*"),
        Row(f"{DECODER}.box_rpb_embed_x.layer{{1,2}}.*", "decoder.box_bias_x.layers.{0,1}.*"),
        Row(f"{DECODER}.box_rpb_embed_y.layer{{1,2}}.*", "decoder.box_bias_y.layers.{0,1}.*"),
        Row(f"{DECODER}.box_head.layer{{1,2,3}}.*", "decoder.bbox_embed.layers.{0,1,2}.*"),
        Row(f"{DECODER}.presence_head.layer{{1,2,3}}.*", "decoder.presence_token_head.layers.{0,1,2}.*"),
        Row(f"{DECODER}.{{presence,output}}_layer_norm.*", "decoder.{presence_token_out_norm,norm}.*"),
        Row(f"{DECODER}.*", "decoder.*"),
        # Scores and masks of the concept path
        Row(f"{SCORING}.text_mlp.layer{{1,2}}.*", "scoring.prompt_mlp.layers.{0,1}.*"),
        Row(f"{SCORING}.{{text_mlp_out_norm,text_proj,query_proj}}.*", "scoring.{out_norm,prompt_proj,hs_proj}.*"),
        Row(f"{SEGMENTATION}.pixel_decoder.*", "segmentation_head.pixel_decoder.*"),
        Row(f"{SEGMENTATION}.mask_embedder.*", "segmentation_head.mask_embed.*"),
        Row(f"{SEGMENTATION}.{{instance,semantic}}_projection.*", "segmentation_head.{instance,semantic}_seg_head.*"),
        Row(f"{SEGMENTATION}.prompt_cross_attn.o_proj.*", "segmentation_head.cross_attend_prompt.out_proj.*"),
        Row(f"{SEGMENTATION}.prompt_cross_attn.*", "segmentation_head.cross_attend_prompt.*"),
        Row(f"{SEGMENTATION}.prompt_cross_attn_norm.*", "segmentation_head.cross_attn_norm.*"),
        # Interactive head
        Row("tracker_model.no_memory_embedding", "no_memory_embedding", FLATTEN),
        Row(f"{PROMPTS}.shared_embedding.positional_embedding", "prompt_encoder.positional_encoding_gaussian_matrix"),
        Row(f"{PROMPTS}.point_embed.weight", "prompt_encoder.point_embeddings"),
        Row(f"{PROMPTS}.{{not_a_point,no_mask}}_embed.weight", "prompt_encoder.{not_a_point,no_mask}_embed"),
        Row(
            f"{PROMPTS}.mask_embed.{{conv1,layer_norm1,conv2,layer_norm2,conv3}}.*",
            "prompt_encoder.mask_downscaling.{0,1,3,4,6}.*",
        ),
        Row(
            f"{MASKS}.{{obj_score_token,iou_token,mask_tokens}}.weight",
            "mask_decoder.{obj_score_token,iou_token,mask_tokens}",
        ),
        Row(f"{MASKS}.conv_s#.*", "mask_decoder.conv_s#.*"),
        Row(
            f"{MASKS}.upscale_{{conv1,layer_norm,conv2}}.*",
            "mask_decoder.output_upscaling.{0,1,3}.*",
        ),
        *_mlp_of_the_mask_decoder("output_hypernetworks_mlps.#"),
        *_mlp_of_the_mask_decoder("iou_prediction_head"),
        *_mlp_of_the_mask_decoder("pred_obj_score_head"),
        Row(
            f"{MASKS}.transformer.layers.#.mlp.{{proj_in,proj_out}}.*",
            "mask_decoder.transformer.layers.#.mlp.layers.{0,1}.*",
        ),
        Row(f"{MASKS}.transformer.layers.#.layer_norm#.*", "mask_decoder.transformer.layers.#.norm#.*"),
        Row(f"{MASKS}.transformer.layer_norm_final_attn.*", "mask_decoder.transformer.norm_final_attn.*"),
        Row(f"{MASKS}.transformer.*.o_proj.*", "mask_decoder.transformer.*.out_proj.*"),
        Row(f"{MASKS}.transformer.*", "mask_decoder.transformer.*"),
    ),
    unneeded=(
        "detector_model.vision_encoder.neck.fpn_layers.3.*",  # a fourth, coarsest level that nothing reads
        "tracker_neck.fpn_layers.3.*",
        "detector_model.text_encoder.text_projection.*",  # one feature per phrase, which only pre-training wanted
        f"{SEGMENTATION}.pixel_decoder.conv_layers.2.*",  # three maps are merged in two steps
        f"{SEGMENTATION}.pixel_decoder.norms.2.*",
        "tracker_model.shared_image_embedding.positional_embedding",  # the prompt encoder's once more
        # Video: memory of earlier frames
        "tracker_model.memory_*",
        "tracker_model.mask_downsample.*",
        "tracker_model.object_pointer_proj.*",
        "tracker_model.temporal_positional_encoding_projection_layer.*",
        "tracker_model.no_memory_positional_encoding",
        "tracker_model.no_object_pointer",
        "tracker_model.occlusion_spatial_embedding_parameter",
    ),
    concepts=(TEXT, "detector_model.text_projection", GEOMETRY, FUSION, DECODER, SCORING, SEGMENTATION),
    clicks=(PROMPTS, MASKS, "tracker_model.no_memory_embedding"),
)
