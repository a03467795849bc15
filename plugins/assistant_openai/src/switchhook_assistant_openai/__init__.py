"""Chat models of the OpenAI form: OpenAI, Azure, watsonx.ai, vLLM, Ollama, llama.cpp and others."""
