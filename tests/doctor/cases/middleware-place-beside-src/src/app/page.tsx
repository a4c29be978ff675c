export default function Home() {
  return <h1>Rota</h1>;
}
