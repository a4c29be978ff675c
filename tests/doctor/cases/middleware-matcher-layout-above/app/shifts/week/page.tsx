export default function Day() {
  return <h1>Day</h1>;
}
