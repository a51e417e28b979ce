/** The product's mark: a flask. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" />
      <path d="M13 5h6M14 5v7L7.5 23.4A3 3 0 0 0 10.1 28h11.8a3 3 0 0 0 2.6-4.6L18 12V5M10.4 22h11.2" />
    </svg>
  );
}
