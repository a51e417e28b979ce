/** The page's name and its parts. */
import { Mark } from "./Mark.tsx";

export function Header() {
  return (
    <header class="top">
      <span class="brand">
        <Mark />
        onnx-distill
      </span>
      <nav aria-label="Parts of the page">
        <a href="#distil">Distil</a>
        <a href="#use">Use</a>
        <a href="#open">Open</a>
      </nav>
    </header>
  );
}
