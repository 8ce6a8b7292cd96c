"""SAM 3 as PyTorch modules: tensors in, tensors out; one file per box of the architecture figure in `docs/sam3.md`."""
