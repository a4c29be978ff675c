import { useToken } from "./token";

export default function App() {
  const token = useToken();
  return <button onClick={token}>Token</button>;
}
