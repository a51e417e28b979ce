/** How likely each class is, as bars. */

interface Props {
  readonly classes: readonly string[];
  /** [K]; without them the bars are empty. */
  readonly probabilities?: ArrayLike<number>;
}

export function Probabilities({ classes, probabilities }: Props) {
  const values = probabilities ? Array.from(probabilities) : [];
  const most = values.indexOf(Math.max(...values));
  return (
    <ol class="probabilities" aria-label="Probability of each class">
      {classes.map((name, index) => {
        const share = values[index] ?? 0;
        const text = values.length > 0 ? `${(share * 100).toFixed(0)} %` : "";
        return (
          <li key={name} class={index === most ? "most" : ""}>
            <span class="class-name">{name}</span>
            <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
              <rect class="track" width="100" height="8" />
              <rect
                class="share"
                width="100"
                height="8"
                style={{ transform: `scaleX(${share})` }}
              />
            </svg>
            <span class="number">{text}</span>
          </li>
        );
      })}
    </ol>
  );
}
