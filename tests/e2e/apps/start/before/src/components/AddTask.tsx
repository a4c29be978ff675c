import { useState, type FormEvent } from "react";
import { useMutation } from "convex/react";
import { api } from "../../convex/_generated/api";

export function AddTask() {
  const [text, setText] = useState("");
  const add = useMutation(api.tasks.add);

  async function onSubmit(event: FormEvent) {
    event.preventDefault();
    await add({ text });
    setText("");
  }

  return (
    <form onSubmit={onSubmit}>
      <label>
        New task
        <input value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <button type="submit">Add</button>
    </form>
  );
}
