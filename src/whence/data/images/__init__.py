"""Images: named sets, folders of pictures, pictures for prediction, and augmentation."""
