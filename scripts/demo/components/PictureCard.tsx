/** Takes a picture to be read, where classes cannot be drawn. */
export interface PictureActions {
  picture(file: File): void;
}

export function PictureCard({ actions }: { readonly actions: PictureActions }) {
  return (
    <div class="card picture">
      <h3>Choose a picture</h3>
      <p class="soft">
        The network sees its middle, as small as the images that it was trained on.
      </p>
      <label class="button">
        Choose a picture
        <input
          class="hidden"
          type="file"
          accept="image/*"
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            if (file) actions.picture(file);
            currentTarget.value = "";
          }}
        />
      </label>
    </div>
  );
}
