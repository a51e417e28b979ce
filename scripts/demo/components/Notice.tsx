/** A message in its place: what went wrong, or what to do. */
interface Props {
  readonly message: string | undefined;
  readonly bad?: boolean;
}

export function Notice({ message, bad = false }: Props) {
  if (!message) return null;
  return (
    <p class={bad ? "notice bad" : "notice"} role={bad ? "alert" : undefined}>
      {message}
    </p>
  );
}
